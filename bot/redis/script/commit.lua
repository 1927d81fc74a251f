-- One step: all checks first, then all writes. An error in the middle of a
-- script keeps what was written before it, so every key is first touched by a
-- reading command of its own type.
--
-- KEYS  1 owner (hash)   2 the event (string, there while it is remembered)
--       3 counter        4 waiting (set)   5 inbox of the letter taken (list)
--       then the states, the new keys, and the keys of the writes in order
-- ARGV  1 fence, '' for no check
--       2 how long to remember the event, ms
--       3 how the letter taken begins, '' for none   4 its subject
--       5 types of KEYS from 3 on: b string, l list, s set, z sorted set,
--         h hash, - checked elsewhere or about to be deleted
--       6 number of states   7 number of new keys
--       then for each state its first eight bytes as they were, '' for none
--       then the writes, each a letter with its keys and arguments:
--         E state inbox key      · subject          erase a subject
--         K state key            ·                  erase a subject, but for its inbox
--         L lane receipts ready claims aside asides · of   erase a lane
--         S key                  · value            set a state or a key
--         P inbox                · subject letter   post
--         O lane ready claims    · of ms n parcel…  append to a lane; '' for ms: at once
--         F due shelf held entries · id at          done, if planned for then
--         U due shelf held entries · id             undue
--         D due shelf held entries · id ms entry    due, '' if all is in the id
--         I index                · score member     into an index
--         R index                · member           out of an index
--         A log                  · entry            append to a log
-- Returns 0 done, 1 fenced, 2 seen, 3 conflict
local call = redis.call
local took, types = ARGV[3], ARGV[5]
local states, fresh = tonumber(ARGV[6]), tonumber(ARGV[7])

if ARGV[1] ~= '' and call('HGET', KEYS[1], 'fence') ~= ARGV[1] then
  return 1
end
local seen = call('EXISTS', KEYS[2]) == 1
if not seen and took ~= '' then
  local head = call('LINDEX', KEYS[5], 0)
  seen = not head or string.sub(head, 1, #took) ~= took
end
if seen then
  return 2
end
local k, a = 5, 7 -- the last ones used
for _ = 1, states do
  k, a = k + 1, a + 1
  if call('GETRANGE', KEYS[k], 0, 7) ~= ARGV[a] then
    return 3
  end
end
for _ = 1, fresh do
  k = k + 1
  if call('EXISTS', KEYS[k]) == 1 then
    return 3
  end
end
local probe = {b = 'STRLEN', l = 'LLEN', s = 'SCARD', z = 'ZCARD', h = 'HLEN'}
for i = 1, #types do
  local by = probe[string.sub(types, i, i)]
  if by then
    call(by, KEYS[i + 2])
  end
end

call('SET', KEYS[2], '', 'PX', ARGV[2])
if took ~= '' then
  call('LPOP', KEYS[5])
  if call('EXISTS', KEYS[5]) == 0 then
    call('SREM', KEYS[4], ARGV[4])
  end
end
-- settle puts a shelf of the due set where its earliest entry belongs.
local function settle(due, shelf)
  local head = call('ZRANGE', shelf, 0, 0, 'WITHSCORES')
  if head[2] then
    call('ZADD', due, head[2], string.sub(shelf, -4))
  else
    call('ZREM', due, string.sub(shelf, -4))
  end
end
-- unplan takes an entry off its shelf, or off the one of what is held: who is
-- there has a line among the entries.
local function unplan(due, shelf, held, entries, id)
  if call('HDEL', entries, id) == 1 and call('ZREM', held, id) == 1 then
    settle(due, held)
  end
  call('ZREM', shelf, id)
end
while a < #ARGV do
  local op, x, y = ARGV[a + 1], ARGV[a + 2], ARGV[a + 3]
  local key, key2 = KEYS[k + 1], KEYS[k + 2]
  if op == 'S' then
    call('SET', key, x)
    k, a = k + 1, a + 2
  elseif op == 'O' then
    local n = tonumber(ARGV[a + 4])
    local fills = call('RPUSH', key, unpack(ARGV, a + 5, a + 4 + n)) == n
    if y ~= '' then
      call('ZADD', key2, 'NX', y, x)
    elseif fills then
      call('ZADD', key2, call('INCR', KEYS[3]), x)
    elseif call('HEXISTS', KEYS[k + 3], x) == 0 then
      call('ZADD', key2, 'XX', 'LT', call('INCR', KEYS[3]), x)
    end
    k, a = k + 3, a + 4 + n
  elseif op == 'D' then
    unplan(key, key2, KEYS[k + 3], KEYS[k + 4], x)
    call('ZADD', key2, y, x)
    if ARGV[a + 4] ~= '' then
      call('HSET', KEYS[k + 4], x, ARGV[a + 4])
    end
    settle(key, key2)
    k, a = k + 4, a + 4
  elseif op == 'P' then
    call('RPUSH', key, y)
    call('SADD', KEYS[4], x)
    k, a = k + 1, a + 3
  elseif op == 'F' then
    local entry = call('HGET', KEYS[k + 4], x)
    local ms = not entry and call('ZSCORE', key2, x)
    if entry and string.sub(entry, 1, 8) == y or ms and tonumber(ms) == struct.unpack('>i8', y) then
      unplan(key, key2, KEYS[k + 3], KEYS[k + 4], x)
      settle(key, key2)
    end
    k, a = k + 4, a + 3
  elseif op == 'U' then
    unplan(key, key2, KEYS[k + 3], KEYS[k + 4], x)
    settle(key, key2)
    k, a = k + 4, a + 2
  elseif op == 'I' then
    call('ZADD', key, x, y)
    k, a = k + 1, a + 3
  elseif op == 'R' then
    call('ZREM', key, x)
    k, a = k + 1, a + 2
  elseif op == 'A' then
    call('RPUSH', key, x)
    k, a = k + 1, a + 2
  elseif op == 'E' then
    call('DEL', key, key2, KEYS[k + 3])
    call('SREM', KEYS[4], x)
    k, a = k + 3, a + 2
  elseif op == 'K' then
    call('DEL', key, key2)
    k, a = k + 2, a + 1
  else -- 'L'
    call('DEL', key, key2, KEYS[k + 5])
    call('ZREM', KEYS[k + 3], x)
    call('HDEL', KEYS[k + 4], x)
    call('SREM', KEYS[k + 6], x)
    k, a = k + 6, a + 2
  end
end
return 0
