-- Let one call through if every window has room. A window is a sorted set of the moments (in
-- microseconds, by the server's clock) of the calls let through; a refused call is not counted.
-- KEYS: the windows. ARGV: length of a window, a name for this call, how many each window takes.
-- Gives: whether it was let through, then for each window what is left and how long until more is.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local length = tonumber(ARGV[1])
local used, free = {}, 1
for place, key in ipairs(KEYS) do
    redis.call('ZREMRANGEBYSCORE', key, '-inf', now - length)
    used[place] = redis.call('ZCARD', key)
    if used[place] >= tonumber(ARGV[place + 2]) then
        free = 0
    end
end
local told = {free}
for place, key in ipairs(KEYS) do
    local most = tonumber(ARGV[place + 2])
    local since = now
    if used[place] > 0 then
        local first = math.max(used[place] - most, 0)
        since = tonumber(redis.call('ZRANGE', key, first, first, 'WITHSCORES')[2])
    end
    if free == 1 then
        redis.call('ZADD', key, now, ARGV[2])
        redis.call('PEXPIRE', key, math.ceil(length / 1000))
    end
    told[#told + 1] = math.max(most - used[place] - free, 0)
    told[#told + 1] = since + length - now
end
return told
