-- Takes entries out of the due set, each if it is still planned for that time.
--
-- KEYS  1 owner (hash)   2 due (sorted set: shelf by ms of its earliest)
--       3 held (sorted set)   4 entries (hash by id)
--       then for each entry its shelf (sorted set)
-- ARGV  1 fence, '' for no check   then for each entry: id, time in eight bytes
-- Returns 1 fenced, 0 done
local call = redis.call
if ARGV[1] ~= '' and call('HGET', KEYS[1], 'fence') ~= ARGV[1] then
  return 1
end
call('ZCARD', KEYS[2])
call('ZCARD', KEYS[3])
local ids = {}
for i = 2, #ARGV, 2 do
  ids[#ids + 1] = ARGV[i]
end
local entries = call('HMGET', KEYS[4], unpack(ids))

-- settle puts a shelf where its earliest entry belongs.
local function settle(shelf)
  local head = call('ZRANGE', shelf, 0, 0, 'WITHSCORES')
  if head[2] then
    call('ZADD', KEYS[2], head[2], string.sub(shelf, -4))
  else
    call('ZREM', KEYS[2], string.sub(shelf, -4))
  end
end

local known, on = {}, {} -- with a line among the entries
for i, id in ipairs(ids) do
  local shelf, at, entry = KEYS[i + 4], ARGV[2 * i + 1], entries[i]
  if not entry then
    local ms = call('ZSCORE', shelf, id)
    if ms and tonumber(ms) == struct.unpack('>i8', at) then
      call('ZREM', shelf, id)
      settle(shelf)
    end
  elseif string.sub(entry, 1, 8) == at then
    known[#known + 1], on[#on + 1] = id, shelf
  end
end
if #known > 0 then
  call('HDEL', KEYS[4], unpack(known))
  if call('ZREM', KEYS[3], unpack(known)) < #known then -- not all were claimed
    for i, id in ipairs(known) do
      if call('ZREM', on[i], id) == 1 then
        settle(on[i])
      end
    end
  end
  settle(KEYS[3])
end
return 0
