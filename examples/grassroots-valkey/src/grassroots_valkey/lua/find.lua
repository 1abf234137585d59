-- ARGV: the word of the network, the query as JSON.
if not alive(ARGV[1]) then return {'closed'} end
local query = cjson.decode(ARGV[2])
return shown(query.kind, find(query), {'done'})
