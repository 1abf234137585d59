-- ARGV: the word of the network, after, limit; then kind and id if one record's history is meant.
if not alive(ARGV[1]) then return {'closed'} end
local answer = {'done'}
local function add(entries)
  for _, entry in ipairs(entries) do
    answer[#answer + 1] = string.match(entry[1], '^(%d+)')
    answer[#answer + 1] = entry[2][2]
    answer[#answer + 1] = entry[2][4]
    answer[#answer + 1] = entry[2][6]
  end
end
if #ARGV == 3 then
  add(redis.call('XRANGE', BASE .. 'journal', '(' .. ARGV[2] .. '-0', '+', 'COUNT', ARGV[3]))
else
  local own = ARGV[4] .. NUL .. ARGV[5]
  local from, to = '(' .. own .. NUL .. string.format('%016d', ARGV[2]), '(' .. own .. string.char(1)
  for _, member in ipairs(redis.call('ZRANGEBYLEX', BASE .. 'about', from, to, 'LIMIT', 0, ARGV[3])) do
    local place = string.match(string.sub(member, -16), '^0*(%d+)$') .. '-0'
    add(redis.call('XRANGE', BASE .. 'journal', place, place))
  end
end
return answer
