-- Removes a parcel that was delivered.
--
-- KEYS  1 claims (hash)   2 lane (list)   3 ready (sorted set)   4 receipts (hash)
-- ARGV  1 addressee   2 token   3 now, ms   4 receipt, '' for none   5 its slot
-- Returns 0 the claim does not stand any more, 1 the lane is empty, 2 there is more
local call = redis.call
local claim = call('HGET', KEYS[1], ARGV[1])
if not claim or string.find(claim, ARGV[2] .. ':', 1, true) ~= 1 then
  return 0
end
call('LLEN', KEYS[2])
call('ZCARD', KEYS[3])
call('HLEN', KEYS[4])

call('LPOP', KEYS[2])
call('HDEL', KEYS[1], ARGV[1])
if ARGV[4] ~= '' then
  call('HSET', KEYS[4], ARGV[5], ARGV[4])
end
if call('EXISTS', KEYS[2]) == 0 then
  call('ZREM', KEYS[3], ARGV[1])
  return 1
end
call('ZADD', KEYS[3], ARGV[3], ARGV[1])
return 2
