-- Puts a claimed parcel aside.
--
-- KEYS  1 claims (hash)   2 lane (list)   3 ready (sorted set)   4 aside (list)
--       5 addressees that have something aside (set)
-- ARGV  1 addressee   2 token   3 now, ms
-- Returns 0 the claim does not stand any more, 1 done
local call = redis.call
local claim = call('HGET', KEYS[1], ARGV[1])
if not claim or string.find(claim, ARGV[2] .. ':', 1, true) ~= 1 then
  return 0
end
call('LLEN', KEYS[2])
call('ZCARD', KEYS[3])
call('LLEN', KEYS[4])
call('SCARD', KEYS[5])

call('LMOVE', KEYS[2], KEYS[4], 'LEFT', 'RIGHT')
call('SADD', KEYS[5], ARGV[1])
call('HDEL', KEYS[1], ARGV[1])
if call('EXISTS', KEYS[2]) == 0 then
  call('ZREM', KEYS[3], ARGV[1])
else
  call('ZADD', KEYS[3], ARGV[3], ARGV[1])
end
return 1
