-- Hands a parcel back.
--
-- KEYS  1 claims (hash)   2 ready (sorted set)
-- ARGV  1 addressee   2 token   3 ready again at, ms   4 '1': surely not delivered
-- Returns 0 the claim does not stand any more, 1 done
local call = redis.call
local claim = call('HGET', KEYS[1], ARGV[1])
if not claim or string.find(claim, ARGV[2] .. ':', 1, true) ~= 1 then
  return 0
end
call('ZCARD', KEYS[2])

local tries = tonumber(string.match(claim, ':(%d+)$'))
if ARGV[4] == '1' then
  tries = tries - 1
end
if tries > 0 then
  call('HSET', KEYS[1], ARGV[1], '-:' .. tries) -- nobody's, but they count
else
  call('HDEL', KEYS[1], ARGV[1])
end
call('ZADD', KEYS[2], ARGV[3], ARGV[1])
return 1
