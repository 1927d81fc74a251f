-- Claims the heads of lanes that are ready.
--
-- KEYS  1 owner (hash)   2 ready (sorted set: addressee by ms)
--       3 claims (hash: addressee to 'token:tries')   4 counter
-- ARGV  1 fence, '' for no check   2 now, ms   3 end of the lease, ms
--       4 at most   5 what the keys of the channel's lanes begin with; they
--       share the hash tag of KEYS
-- Returns 1 fenced, or for each lane: addressee, parcel, tries before, token
local call = redis.call
if ARGV[1] ~= '' and call('HGET', KEYS[1], 'fence') ~= ARGV[1] then
  return 1
end
local lanes = call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[2], 'LIMIT', 0, ARGV[4])
call('HLEN', KEYS[3])
call('STRLEN', KEYS[4])
local heads = {}
for i, of in ipairs(lanes) do -- read before anything is written
  heads[i] = call('LINDEX', ARGV[5] .. of, 0)
end
local claimed = {}
for i, of in ipairs(lanes) do
  if heads[i] then
    local tries = 0
    local claim = call('HGET', KEYS[3], of)
    if claim then
      tries = tonumber(string.match(claim, ':(%d+)$'))
    end
    local token = string.format('%d', call('INCR', KEYS[4]))
    call('HSET', KEYS[3], of, token .. ':' .. tries + 1)
    call('ZADD', KEYS[2], ARGV[3], of)
    local n = #claimed
    claimed[n + 1], claimed[n + 2], claimed[n + 3], claimed[n + 4] = of, heads[i], tries, token
  else -- a lane that somebody deleted by hand
    call('ZREM', KEYS[2], of)
    call('HDEL', KEYS[3], of)
  end
end
return claimed
