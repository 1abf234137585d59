-- ARGV: the word of the network, the batch as JSON, then the row of each record that is put, then what each
-- fact is about, and its body.
--
-- A script is never rolled back. So everything that can be wrong is looked for first, and the first write is
-- one that the server refuses when its memory is full: after it, no other is refused.
if not alive(ARGV[1]) then return {'closed'} end
local batch = cjson.decode(ARGV[2])

local known = redis.call('HGET', BASE .. 'acts', batch.id)
if known then
  local cut = string.find(known, ' ', 1, true)
  return {'known', string.sub(known, 1, cut - 1), string.sub(known, cut + 1)}
end

local moved, changed = {}, {}
for place, base in ipairs(batch.bases) do
  if (redis.call('HGET', BASE .. 'rev:' .. base[1], base[2]) or '0') ~= base[3] then
    moved[#moved + 1] = place - 1
  end
end
for place, seen in ipairs(batch.seen) do
  local query = seen.query
  -- One more than was shown is enough to see that there are more.
  query.limit = math.min(query.limit or #seen.rows + 1, #seen.rows + 1)
  local now = find(query)
  local same = #now == #seen.rows
  for row, id in ipairs(now) do
    local shown_then = seen.rows[row]
    same = same and id == shown_then[1] and redis.call('HGET', BASE .. 'rev:' .. query.kind, id) == shown_then[2]
  end
  if not same then changed[#changed + 1] = place - 1 end
end
if #moved + #changed > 0 then return {'conflict', moved, changed} end

local head = tonumber(redis.call('GET', BASE .. 'head') or '0')
local revision = string.format('%.0f', head + #batch.facts)
redis.call('SET', BASE .. 'head', revision)

local word = 3
for _, write in ipairs(batch.writes) do
  local kind, id, tags = write[1], write[2], write[3]
  local old = tags_of(kind, id)
  for place = 1, #old, 2 do
    redis.call('ZREM', BASE .. 'index:' .. kind .. ':' .. old[place], old[place + 1] .. NUL .. id)
  end
  if tags then
    redis.call('HSET', BASE .. 'rev:' .. kind, id, revision)
    redis.call('HSET', BASE .. 'row:' .. kind, id, ARGV[word])
    redis.call('HSET', BASE .. 'tags:' .. kind, id, cmsgpack.pack(tags))
    redis.call('ZADD', BASE .. 'ids:' .. kind, 0, id)
    for place = 1, #tags, 2 do
      redis.call('ZADD', BASE .. 'index:' .. kind .. ':' .. tags[place], 0, tags[place + 1] .. NUL .. id)
    end
    word = word + 1
  else
    redis.call('HDEL', BASE .. 'rev:' .. kind, id)
    redis.call('HDEL', BASE .. 'row:' .. kind, id)
    redis.call('HDEL', BASE .. 'tags:' .. kind, id)
    redis.call('ZREM', BASE .. 'ids:' .. kind, id)
  end
end
for number, about in ipairs(batch.facts) do
  local position = head + number
  redis.call('XADD', BASE .. 'journal', string.format('%.0f-0', position),
    'b', batch.id, 'a', ARGV[word], 'f', ARGV[word + 1])
  for _, ref in ipairs(about) do
    redis.call('ZADD', BASE .. 'about', 0, ref[1] .. NUL .. ref[2] .. NUL .. string.format('%016.0f', position))
  end
  word = word + 2
end
redis.call('HSET', BASE .. 'acts', batch.id, revision .. ' ' .. batch.digest)
return {'done', revision}
