-- ARGV: the word of the network, then kind, id two by two. Those that exist: kind, id, revision, row.
if not alive(ARGV[1]) then return {'closed'} end
local answer = {'done'}
for place = 2, #ARGV, 2 do
  local before = #answer
  answer[before + 1] = ARGV[place]
  shown(ARGV[place], {ARGV[place + 1]}, answer)
  if #answer == before + 1 then answer[before + 1] = nil end
end
return answer
