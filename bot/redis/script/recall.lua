-- Puts what is aside in some lanes back to its place.
--
-- KEYS  1 owner (hash)   2 ready (sorted set: addressee by ms)   3 claims (hash)
--       4 addressees that have something aside (set)
-- ARGV  1 fence, '' for no check   2 now, ms   3 at most so many lanes
--       4 what the keys of the channel's lanes begin with   5 and those of what
--       is aside in them; they share the hash tag of KEYS
-- Returns -1 fenced, or how many lanes are left
local call = redis.call
if ARGV[1] ~= '' and call('HGET', KEYS[1], 'fence') ~= ARGV[1] then
  return -1
end
local lanes = call('SRANDMEMBER', KEYS[4], ARGV[3])
call('ZCARD', KEYS[2])
call('HLEN', KEYS[3])
for _, of in ipairs(lanes) do -- read before anything is written
  call('LLEN', ARGV[4] .. of)
  call('LLEN', ARGV[5] .. of)
end
for _, of in ipairs(lanes) do
  local lane, aside = ARGV[4] .. of, ARGV[5] .. of
  local head = call('HEXISTS', KEYS[3], of) == 1 and call('LPOP', lane) -- it was tried
  while call('LMOVE', aside, lane, 'RIGHT', 'LEFT') do
  end
  if head then
    call('LPUSH', lane, head)
  else
    call('ZADD', KEYS[2], 'LT', ARGV[2], of)
  end
  call('SREM', KEYS[4], of)
end
return call('SCARD', KEYS[4])
