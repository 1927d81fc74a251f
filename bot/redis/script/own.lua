-- Takes a practice over, if its owner is still the one that was looked at.
--
-- KEYS  1 owner (hash: by, fence)
-- ARGV  1 who owned it, '' for nobody   2 the fence then, '' for none   3 who takes it
-- Returns the new fence, or 0 if somebody was faster
local call = redis.call
local owner = call('HMGET', KEYS[1], 'by', 'fence')
if (owner[1] or '') ~= ARGV[1] or (owner[2] or '') ~= ARGV[2] then
  return 0
end
call('HSET', KEYS[1], 'by', ARGV[3])
return call('HINCRBY', KEYS[1], 'fence', 1)
