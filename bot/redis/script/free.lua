-- Makes the lanes of a channel ready whose head somebody has claimed. The
-- attempts still count.
--
-- KEYS  1 owner (hash)   2 ready (sorted set: addressee by ms)
--       3 claims (hash: addressee to 'token:tries')
-- ARGV  1 fence, '' for no check   2 now, ms
-- Returns 1 fenced, 0 done
local call = redis.call
if ARGV[1] ~= '' and call('HGET', KEYS[1], 'fence') ~= ARGV[1] then
  return 1
end
local claims = call('HGETALL', KEYS[3])
call('ZCARD', KEYS[2])
for i = 1, #claims, 2 do
  local of, tries = claims[i], string.match(claims[i + 1], '^%d+:(%d+)$')
  if tries then -- not one that was handed back
    call('HSET', KEYS[3], of, '-:' .. tries)
    call('ZADD', KEYS[2], 'XX', 'LT', ARGV[2], of)
  end
end
return 0
