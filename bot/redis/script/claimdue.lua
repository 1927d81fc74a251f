-- Claims entries of the due set.
--
-- KEYS  1 owner (hash)   2 due (sorted set: id by ms)   3 entries (hash by id)
-- ARGV  1 fence, '' for no check   2 now, ms   3 end of the lease, ms
--       4 at most, up to 1000
-- Returns 1 fenced, or for each entry: id, entry
local call = redis.call
if ARGV[1] ~= '' and call('HGET', KEYS[1], 'fence') ~= ARGV[1] then
  return 1
end
local ids = call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[2], 'LIMIT', 0, ARGV[4])
if #ids == 0 then
  return ids
end
local entries = call('HMGET', KEYS[3], unpack(ids))
local hide, claimed = {}, {}
for i, id in ipairs(ids) do
  hide[2 * i - 1], hide[2 * i] = ARGV[3], id
  claimed[2 * i - 1], claimed[2 * i] = id, entries[i]
end
call('ZADD', KEYS[2], unpack(hide))
return claimed
