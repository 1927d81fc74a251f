-- Gives a practice up. The fence ends with it: a late write of the one who
-- released is refused.
--
-- KEYS  1 owner (hash: by, fence)
-- ARGV  1 who gives it up   2 the fence
-- Returns 0 somebody else owns it, 1 done
local call = redis.call
local owner = call('HMGET', KEYS[1], 'by', 'fence')
if owner[1] ~= ARGV[1] or owner[2] ~= ARGV[2] then
  return 0
end
call('HSET', KEYS[1], 'by', '')
call('HINCRBY', KEYS[1], 'fence', 1)
return 1
