"""What is refused about people's access."""

from coinhub.core.errors import DomainError


class OwnAccess(DomainError):
    """Nobody changes the own access."""

    code = "OWN_ACCESS"
    status = 403
    title = "Somebody else has to do this: it is your own access"


class AccessUnchanged(DomainError):
    """It is so already."""

    code = "ACCESS_UNCHANGED"
    status = 409
    title = "That is so already; nothing was changed"


class PersonExists(DomainError):
    """There is a person with this e-mail."""

    code = "PERSON_EXISTS"
    status = 409
    title = "There is a person with this e-mail already"


class InvitationEnded(DomainError):
    """The link was used, is too old, or never was one; which of these is not told."""

    code = "INVITATION_ENDED"
    status = 403
    title = "This link is not valid (any more); ask for another one"


class StaffExists(DomainError):
    """There are people who can give roles with four eyes, so a command does not."""

    code = "STAFF_EXISTS"
    status = 409
    title = "Two people can give roles in the back office; invite there"
