-- ARGV: the word of the network, then ids of acts. Of those that were given a digest: id, digest.
if not alive(ARGV[1]) then return {'closed'} end
local answer = {'done'}
for place = 2, #ARGV do
  local known = redis.call('HGET', BASE .. 'acts', ARGV[place])
  local digest = known and string.sub(known, string.find(known, ' ', 1, true) + 1) or ''
  if digest ~= '' then
    answer[#answer + 1] = ARGV[place]
    answer[#answer + 1] = digest
  end
end
return answer
