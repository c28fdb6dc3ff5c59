"""What a browser would send of the form that a page shows."""


def form_of(answer, **more):
    """Fill the form of a page as it stands; ``more`` is what somebody types into it."""
    form, sent = answer.context["form"], {}
    for name, field in form.fields.items():
        first = getattr(field, "choices", None)
        usual = list(first)[0][0] if first else ""
        sent[name] = str(form[name].value() or usual or "")
    return sent | more
