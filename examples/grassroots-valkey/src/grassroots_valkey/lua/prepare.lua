-- ARGV: the word of the network, then kind, key, type three by three ('' and '' for the kind itself).
-- Nothing is written unless all of it can be.
if not alive(ARGV[1]) then return {'closed'} end
for place = 2, #ARGV, 3 do
  local known = redis.call('HGET', BASE .. 'types', ARGV[place] .. NUL .. ARGV[place + 1])
  if known and known ~= ARGV[place + 2] then return {'changed', ARGV[place], ARGV[place + 1], known} end
end
for place = 2, #ARGV, 3 do
  redis.call('HSET', BASE .. 'types', ARGV[place] .. NUL .. ARGV[place + 1], ARGV[place + 2])
end
return {'done'}
