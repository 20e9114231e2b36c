"""The shared rate limit as one Lua script for Redis 6.2 and newer and Valkey; every run of it is one atomic step.

Times are microseconds of the store's own clock, which is made never to go back. All keys of a namespace share a hash
slot. What is stored, below `{namespace}`:

- `:guard`, a hash: which run of the server wrote it (`run`), when it was made (`epoch`), since when the store may have
  forgotten slots (`lost`), how many keys the server had evicted by then (`evicted`), the clock (`last`, `skew`).
  It never expires: that it is missing is news.
- `:<key>`, a hash: the epoch it belongs to, the last position in the wait queue, the longest window, a pause, how many
  slots are held, and how far the pace is lowered (`halvings`, `since`, `stage`; see `Pace`).
- `:<key>:slots`, sorted by the moment at which the exchange has counted the slot's request at the latest.
- `:<key>:queue`, sorted by position, and `:<key>:alive`, the same waiters sorted by the end of their short leases.
"""

from __future__ import annotations

import hashlib

SCRIPT = """
if redis.replicate_commands then redis.replicate_commands() end  -- before 7.0: TIME, then writes
local guard, key, slots, queue, alive = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local step, waiter, seen = ARGV[1], ARGV[2], ARGV[3]
local function text(number) return string.format('%.0f', number) end
local function known(values, index) return tonumber(values[index] or 0) end

local function evicted() return string.match(redis.call('INFO', 'stats'), 'evicted_keys:(%d+)') or '0' end
local function flushed()
  local commands = redis.call('INFO', 'commandstats')
  return string.find(commands, 'cmdstat_flush', 1, true) or string.find(commands, 'cmdstat_swapdb:', 1, true)
end

-- The clock, and whether the store may have forgotten slots.
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
  if evicted() == '0' and not flushed() then  -- what is missing was there before this server started, or never
    local uptime = tonumber(string.match(server, 'uptime_in_seconds:(%d+)')) or 0
    lost = math.min(now, now - (uptime - 1) * 1000000)
  end
  redis.call('HSET', guard, 'evicted', evicted())
elseif entry[1] ~= run then  -- a restart from disk or another server: the last grants may not be here
  epoch, lost = now, now
end
if seen ~= '' and seen ~= text(epoch) then lost = math.max(lost, epoch) end
redis.call('HSET', guard, 'run', run, 'epoch', text(epoch), 'lost', text(lost), 'last', text(now), 'skew', text(skew))

entry = redis.call('HMGET', key, 'epoch', 'next', 'longest', 'paused', 'lost', 'halvings', 'since', 'stage', 'held')
if not entry[1] and evicted() ~= redis.call('HGET', guard, 'evicted') then entry[5] = text(now) end
-- Each of the keys may be evicted by itself.
if known(entry, 9) > 0 and redis.call('ZCARD', slots) == 0 then entry[5] = text(now) end
if entry[1] and entry[1] ~= text(epoch) then redis.call('DEL', slots, queue, alive) end
if redis.call('ZCARD', queue) ~= redis.call('ZCARD', alive) then redis.call('DEL', queue, alive) end
local last_position, longest, paused = known(entry, 2), known(entry, 3), known(entry, 4)
lost = math.max(lost, known(entry, 5))
local held_for = 0

-- How often the limit is halved now; see `Pace`.
local halvings, since, stage = known(entry, 6), known(entry, 7), known(entry, 8)
local function halved()
  if halvings == 0 or now < since then return halvings end
  return math.max(0, halvings - math.floor((now - since) / stage))
end

if step == 'release' then
  if redis.call('ZSCORE', slots, waiter) then
    if ARGV[4] == 'responded' then redis.call('ZADD', slots, text(now), waiter)
    elseif ARGV[4] == 'not_sent' then redis.call('ZREM', slots, waiter) end
  end
elseif step == 'leave' then
  redis.call('ZREM', queue, waiter)
  redis.call('ZREM', alive, waiter)
  redis.call('ZREM', slots, waiter)
elseif step == 'pause' then
  paused = math.max(paused, now + tonumber(ARGV[4]))
elseif step == 'slow_down' then
  local pause, requests, window, age = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
  local begins = now + math.max(pause, window)
  paused = math.max(paused, now + pause)
  if halvings > 0 and now - age < since then
    since = math.max(since, begins)
  else
    local deepest = 0
    while requests >= 2 ^ (deepest + 1) do deepest = deepest + 1 end
    halvings = math.max(halved(), math.min(halved() + 1, deepest))
    since, stage = begins, 10 * window
  end
end

local granted, poll_after, at_least, position, blocked_until = 0, 0, 0, 0, paused
if step == 'acquire' then
  local limit, window, lease = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
  local poll, known_position = tonumber(ARGV[7]), tonumber(ARGV[8])
  held_for, longest = lease + window, math.max(longest, window)
  blocked_until = math.max(paused, lost + held_for)
  redis.call('ZREMRANGEBYSCORE', slots, '-inf', text(now - longest))
  if redis.call('ZSCORE', slots, waiter) then
    granted = 1  -- the reply that said so was lost on its way
  else
    for _, gone in ipairs(redis.call('ZRANGEBYSCORE', alive, '-inf', '(' .. text(now))) do
      if gone ~= waiter then redis.call('ZREM', queue, gone) end
      redis.call('ZREM', alive, gone)
    end
    position = tonumber(redis.call('ZSCORE', queue, waiter) or known_position)
    if position == 0 then position = last_position + 1 end
    last_position = math.max(last_position, position)
    redis.call('ZADD', queue, text(position), waiter)
    local rank = redis.call('ZRANK', queue, waiter)
    local count = redis.call('ZCOUNT', slots, '(' .. text(now - window), '+inf')
    local lowered = math.max(1, math.floor(limit / 2 ^ halved()))
    if count + rank < lowered and now >= blocked_until then
      granted = 1
      redis.call('ZREM', queue, waiter)
      redis.call('ZADD', slots, text(now + lease), waiter)
    else
      -- The slot that is free next for this waiter, and how many windows later it has served those ahead.
      local function next_slot(limit)
        local index = limit - 1 - rank % limit
        local found = redis.call('ZREVRANGE', slots, index, index, 'WITHSCORES')[2]
        return tonumber(found or 0), math.floor(rank / limit)
      end
      local counted, rounds = next_slot(limit)
      local earliest = math.max(now, math.min(counted, now) + window)  -- if its request is answered now
      at_least = math.max(blocked_until, earliest + rounds * window) - now
      if lowered < limit then counted, rounds = next_slot(lowered) end
      local latest = math.max(now, counted + window)  -- if it is not released
      poll_after = math.min(latest + rounds * window - now, poll * (1 + rounds))
      poll_after = math.min(math.max(1000, poll_after, blocked_until - now), 1000000)
      redis.call('ZADD', alive, text(now + poll_after + 1000000), waiter)
    end
  end
  if granted == 1 then redis.call('ZREM', alive, waiter) end
end

local held = redis.call('ZCARD', slots)
redis.call('HSET', key, 'epoch', text(epoch), 'next', text(last_position), 'longest', text(longest),
  'paused', text(paused), 'lost', text(known(entry, 5)), 'held', text(held),
  'halvings', text(halvings), 'since', text(since), 'stage', text(stage))
local kept_for = (math.max(0, paused - now) + 2 * (held_for + longest)) / 1000 + 86400000
kept_for = math.max(kept_for, redis.call('PTTL', key))
for _, name in ipairs({key, slots, queue, alive}) do redis.call('PEXPIRE', name, text(kept_for)) end
local paused_for, lowered_for = math.max(0, paused - now), 0
if halved() > 0 then lowered_for = since + halvings * stage - now end
return {granted, text(epoch), text(poll_after), text(at_least), text(position), held,
  redis.call('ZCARD', queue), text(paused_for), text(math.max(0, blocked_until - now - paused_for)),
  text(halved()), text(lowered_for)}
"""

SHA = hashlib.sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()
