"""The shared limit as one Lua script for Redis 6.2 and newer and Valkey; every step of it is one atomic run.

Times are microseconds of the store's own clock, which is made never to go back. All keys of a namespace share a hash
slot. What is stored, below `{namespace}`:

- `:guard`, a hash: which run of the server wrote it (`run`), when it was made (`epoch`), since when the store may have
  forgotten grants (`lost`), how many keys the server had evicted by then (`evicted`), the clock (`last`, `skew`).
  It never expires: that it is missing is news.
- `:<key>`, a hash: the epoch it belongs to, the next place in line, the longest window, a pause.
- `:<key>:slots`, sorted by the moment at which the exchange has counted the slot's request at the latest.
- `:<key>:line`, sorted by place, and `:<key>:alive`, the same tickets sorted by the end of their short leases.
"""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

SCRIPT = """
if redis.replicate_commands then redis.replicate_commands() end  -- before 7.0: TIME, then writes
local guard, key, slots, line, alive = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local step, ticket, seen = ARGV[1], ARGV[2], ARGV[3]
local function text(number) return string.format('%.0f', number) end
local function known(values, index) return tonumber(values[index] or 0) end

local function evicted() return string.match(redis.call('INFO', 'stats'), 'evicted_keys:(%d+)') or '0' end
local function flushed()
  local commands = redis.call('INFO', 'commandstats')
  return string.find(commands, 'cmdstat_flush', 1, true) or string.find(commands, 'cmdstat_swapdb:', 1, true)
end

-- The clock, and what the store can have forgotten.
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local server = redis.call('INFO', 'server')
local run = string.match(server, 'run_id:(%x+)') or ''
local entry = redis.call('HMGET', guard, 'run', 'epoch', 'lost', 'last', 'skew')
local epoch, lost, last, skew = known(entry, 2), known(entry, 3), known(entry, 4), known(entry, 5)
now = now + skew
if now < last then skew, now = skew + last - now, last end
if not entry[1] then
  epoch = now
  lost = now
  if evicted() == '0' and not flushed() then  -- then what is missing was there before this server started, or never
    local uptime = tonumber(string.match(server, 'uptime_in_seconds:(%d+)')) or 0
    lost = math.min(now, now - (uptime - 1) * 1000000)
  end
  redis.call('HSET', guard, 'evicted', evicted())
elseif entry[1] ~= run then  -- a restart from disk or another server: the last grants may not be here
  epoch, lost = now, now
end
if seen ~= '' and seen ~= text(epoch) then lost = math.max(lost, epoch) end
redis.call('HSET', guard, 'run', run, 'epoch', text(epoch), 'lost', text(lost), 'last', text(now), 'skew', text(skew))

entry = redis.call('HMGET', key, 'epoch', 'next', 'longest', 'paused', 'lost')
if entry[1] and entry[1] ~= text(epoch) then redis.call('DEL', slots, line, alive) end
if not entry[1] and evicted() ~= redis.call('HGET', guard, 'evicted') then entry[5] = text(now) end
local place, longest, paused = known(entry, 2), known(entry, 3), known(entry, 4)
lost = math.max(lost, known(entry, 5))
local taken = 0

if step == 'release' then
  if redis.call('ZSCORE', slots, ticket) then
    if ARGV[4] == 'responded' then redis.call('ZADD', slots, text(now), ticket)
    elseif ARGV[4] == 'not_sent' then redis.call('ZREM', slots, ticket) end
  end
elseif step == 'leave' then
  redis.call('ZREM', line, ticket)
  redis.call('ZREM', alive, ticket)
  redis.call('ZREM', slots, ticket)
elseif step == 'pause' then
  paused = math.max(paused, now + tonumber(ARGV[4]))
end

local granted, wait, least, mine, quiet = 0, 0, 0, 0, paused
if step == 'acquire' then
  local limit, window, lease = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
  local poll, before = tonumber(ARGV[7]), tonumber(ARGV[8])
  taken, longest = lease + window, math.max(longest, window)
  quiet = math.max(paused, lost + taken)
  redis.call('ZREMRANGEBYSCORE', slots, '-inf', text(now - longest))
  if redis.call('ZSCORE', slots, ticket) then
    granted = 1  -- the answer that said so was lost on its way
  else
    for _, dead in ipairs(redis.call('ZRANGEBYSCORE', alive, '-inf', '(' .. text(now))) do
      if dead ~= ticket then redis.call('ZREM', line, dead) end
      redis.call('ZREM', alive, dead)
    end
    mine = tonumber(redis.call('ZSCORE', line, ticket) or before)
    if mine == 0 then mine = place + 1 end
    place = math.max(place, mine)
    redis.call('ZADD', line, text(mine), ticket)
    local rank = redis.call('ZRANK', line, ticket)
    local held = redis.call('ZRANGEBYSCORE', slots, '(' .. text(now - window), '+inf', 'WITHSCORES')
    local count = #held / 2
    if count + rank < limit and now >= quiet then
      granted = 1
      redis.call('ZREM', line, ticket)
      redis.call('ZADD', slots, text(now + lease), ticket)
    else
      -- When this ticket's turn comes if nobody settles, and if everybody is answered at once.
      local surely, perhaps = {}, {}
      for i = 2, #held, 2 do
        surely[#surely + 1] = tonumber(held[i]) + window
        perhaps[#perhaps + 1] = math.min(tonumber(held[i]), now) + window
      end
      for _ = count + 1, limit do
        table.insert(surely, 1, now)
        table.insert(perhaps, 1, now)
      end
      local index, rounds = #surely - limit + 1 + rank % limit, math.floor(rank / limit) * window
      least = math.max(quiet, perhaps[index] + rounds) - now
      wait = math.min(surely[index] + rounds - now, poll * (1 + math.floor(rank / limit)))
      wait = math.min(math.max(1000, wait, quiet - now), 1000000)
      redis.call('ZADD', alive, text(now + wait + 1000000), ticket)
    end
  end
  if granted == 1 then redis.call('ZREM', alive, ticket) end
end

redis.call('HSET', key, 'epoch', text(epoch), 'next', text(place), 'longest', text(longest), 'paused', text(paused),
  'lost', text(known(entry, 5)))
local kept = (math.max(0, paused - now) + 2 * (taken + longest)) / 1000 + 86400000
kept = math.max(kept, redis.call('PTTL', key))
for _, name in ipairs({key, slots, line, alive}) do redis.call('PEXPIRE', name, text(kept)) end
local silent = math.max(0, paused - now)
return {granted, text(epoch), text(wait), text(least), text(mine), redis.call('ZCARD', slots),
  redis.call('ZCARD', line), text(silent), text(math.max(0, quiet - now - silent))}
"""

SHA = hashlib.sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()


class Reply(NamedTuple):
    """What every step answers; durations in microseconds.

    `wait` until the next question, `least` until the slot if everybody ahead is answered at once, `paused` the rest of
    a pause, `quiet` how much longer than that nothing is granted because the store may have forgotten slots; only who
    asks for a slot is told the latter.
    """

    granted: int
    epoch: str
    wait: int
    least: int
    place: int
    held: int
    waiting: int
    paused: int
    quiet: int

    @classmethod
    def read(cls, answer: Any) -> Reply:
        """The answer as redis-py gives it."""
        granted, epoch, *numbers = answer
        return cls(granted, epoch.decode(), *map(int, numbers))
