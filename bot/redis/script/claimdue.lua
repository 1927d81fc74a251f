-- Claims entries of the due set, shelf by shelf from the one with the earliest
-- on. What is claimed moves to the shelf held, and has a line among the entries
-- from then on, which keeps its time.
--
-- KEYS  1 owner (hash)   2 due (sorted set: shelf by ms of its earliest)
--       3 held (sorted set: id by end of the lease, ms)   4 entries (hash by id)
--       and the shelves, KEYS[2]:shelf (sorted set: id by ms)
-- ARGV  1 fence, '' for no check   2 now, ms   3 end of the lease, ms
--       4 at most, up to 1000
-- Returns 1 fenced, or for each entry: id, entry; in no order
local call = redis.call
if ARGV[1] ~= '' and call('HGET', KEYS[1], 'fence') ~= ARGV[1] then
  return 1
end
local now, n = tonumber(ARGV[2]), tonumber(ARGV[4])
local ids, times, hold, tops, empty = {}, {}, {}, {}, {}
local count = 0
call('ZCARD', KEYS[3])
call('HLEN', KEYS[4])
local from = 0
while count < n do
  local some = math.min(64, n - count)
  local heads = call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[2], 'LIMIT', from, some)
  for _, name in ipairs(heads) do
    local shelf, left = KEYS[2] .. ':' .. name, n - count
    if left == 0 then
      break
    end
    local list = call('ZRANGE', shelf, 0, math.min(left, 1), 'WITHSCORES')
    if #list == 4 and left > 1 and tonumber(list[4]) <= now then
      list = call('ZRANGE', shelf, 0, left, 'WITHSCORES')
    end
    local taken, head = {}, nil
    for j = 1, #list, 2 do
      local ms = tonumber(list[j + 1])
      if ms > now or #taken == left then
        head = list[j + 1]
        break
      end
      local id = list[j]
      taken[#taken + 1] = id
      count = count + 1
      ids[count], times[count] = id, ms
      hold[2 * count - 1], hold[2 * count] = ARGV[3], id
    end
    if shelf ~= KEYS[3] and #taken > 0 then
      call('ZREM', shelf, unpack(taken))
    end
    if head then
      tops[#tops + 1] = head
      tops[#tops + 1] = name
    else
      empty[#empty + 1] = name
    end
  end
  if #heads < some then
    break
  end
  from = from + some
end
if count == 0 then
  return ids
end
local entries = call('HMGET', KEYS[4], unpack(ids))
local claimed, fresh = {}, {}
for i, id in ipairs(ids) do
  local entry = entries[i]
  if not entry then
    entry = struct.pack('>i8', times[i])
    fresh[#fresh + 1] = id
    fresh[#fresh + 1] = entry
  end
  claimed[2 * i - 1], claimed[2 * i] = id, entry
end
if #fresh > 0 then
  call('HSET', KEYS[4], unpack(fresh))
end
call('ZADD', KEYS[3], unpack(hold))
if #tops > 0 then
  call('ZADD', KEYS[2], unpack(tops))
end
if #empty > 0 then
  call('ZREM', KEYS[2], unpack(empty))
end
call('ZADD', KEYS[2], call('ZRANGE', KEYS[3], 0, 0, 'WITHSCORES')[2], 'held')
return claimed
