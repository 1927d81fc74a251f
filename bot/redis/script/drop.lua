-- Removes what is aside in a lane.
--
-- KEYS  1 claims (hash)   2 aside (list)   3 addressees that have something aside (set)
-- ARGV  1 addressee   2 token
-- Returns 0 the claim does not stand any more, 1 done
local call = redis.call
local claim = call('HGET', KEYS[1], ARGV[1])
if not claim or string.find(claim, ARGV[2] .. ':', 1, true) ~= 1 then
  return 0
end
call('LLEN', KEYS[2])
call('SCARD', KEYS[3])

call('DEL', KEYS[2])
call('SREM', KEYS[3], ARGV[1])
return 1
