-- Replaces wrapped keys, each only if it is still the one that was read.
--
-- KEYS  1 owner (hash)   then the keys (strings)
-- ARGV  1 fence, '' for no check   then for each key: what it was, what it becomes
-- Returns -1 fenced, or how many were replaced
local call = redis.call
if ARGV[1] ~= '' and call('HGET', KEYS[1], 'fence') ~= ARGV[1] then
  return -1
end
local stands = {}
for i = 2, #KEYS do -- read before anything is written
  stands[i] = call('GET', KEYS[i]) == ARGV[2 * i - 2]
end
local n = 0
for i = 2, #KEYS do
  if stands[i] then
    call('SET', KEYS[i], ARGV[2 * i - 1])
    n = n + 1
  end
end
return n
