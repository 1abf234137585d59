-- What all scripts share. A script runs alone on its server, so whatever it looks at is one moment.
--
-- Keys of a network (KEYS[1] is what they begin with, its tag in braces keeps them on one node):
--   born             a word made when the network was opened first; gone when it was dropped
--   head             the last position of the journal
--   journal          a stream, its ids are the positions: b(atch), a(bout), f(act)
--   about            a sorted set of kind NUL id NUL position: whose history an entry belongs to
--   acts             a hash: batch id -> position, blank, digest
--   types            a hash of every kind and every key ever declared
--   ids:KIND         a sorted set of all ids, in the order of code points (all scores are 0)
--   rev:KIND row:KIND tags:KIND   hashes by id: revision; keys and body; what stands in the indexes
--   index:KIND:KEY   a sorted set of value NUL id

local BASE = KEYS[1]
local NUL = string.char(0)
local STEP = 256

local function alive(born)
  return redis.call('GET', BASE .. 'born') == born
end

-- By bytes, which for UTF-8 is by code point. Lua's own < goes by the locale of the server.
local function less(a, b)
  if a == b then return false end
  for place = 1, math.min(#a, #b) do
    local x, y = string.byte(a, place), string.byte(b, place)
    if x ~= y then return x < y end
  end
  return #a < #b
end

local function set_of(list)
  local found = {}
  for _, one in ipairs(list) do found[one] = true end
  return found
end

-- Whether a record whose entries in the indexes are these (key, value, key, value ...) meets a condition.
local function meets(tags, condition)
  local held = false
  for place = 1, #tags, 2 do
    if tags[place] == condition.key then
      held = true
      local value = tags[place + 1]
      if condition.range then
        if not less(value, condition.range[1]) and less(value, condition.range[2]) then return true end
      elseif condition.set[value] then
        return true
      end
    end
  end
  return condition.none and not held
end

local function tags_of(kind, id)
  local packed = redis.call('HGET', BASE .. 'tags:' .. kind, id)
  return packed and cmsgpack.unpack(packed) or {}
end

-- Visit the members of a sorted set between two ends, page by page, until the visitor has enough.
local function each(key, low, high, backwards, visit)
  while true do
    local page
    if backwards then
      page = redis.call('ZREVRANGEBYLEX', key, high, low, 'LIMIT', 0, STEP)
    else
      page = redis.call('ZRANGEBYLEX', key, low, high, 'LIMIT', 0, STEP)
    end
    for _, member in ipairs(page) do
      if visit(member) then return end
    end
    if #page < STEP then return end
    if backwards then high = '(' .. page[#page] else low = '(' .. page[#page] end
  end
end

-- Where to begin: the index with the fewest entries that can be meant, or all ids of the kind.
local function source(query)
  local low, high = '-', '+'
  if query.after then
    if query.backwards then high = '(' .. query.after else low = '(' .. query.after end
  end
  local all = BASE .. 'ids:' .. query.kind
  local best = {key = all, ranges = {{low, high}}, count = redis.call('ZLEXCOUNT', all, low, high)}
  for _, one in ipairs(query.where) do
    if not one.none then
      local key = BASE .. 'index:' .. query.kind .. ':' .. one.key
      local ranges = {}
      if one.range then
        ranges[1] = {'[' .. one.range[1], '(' .. one.range[2]}
      else
        for place, point in ipairs(one.points) do
          local from, to = '[' .. point .. NUL, '(' .. point .. string.char(1)
          if query.after then
            local edge = '(' .. point .. NUL .. query.after
            if query.backwards then to = edge else from = edge end
          end
          ranges[place] = {from, to}
        end
      end
      local count = 0
      for _, range in ipairs(ranges) do count = count + redis.call('ZLEXCOUNT', key, range[1], range[2]) end
      if count < best.count then
        -- Members of one value stand in the order of their ids; those of several do not.
        best = {key = key, ranges = ranges, count = count, cut = true, mixed = one.range or #ranges > 1}
      end
    end
  end
  return best
end

-- The ids that answer a query, in order.
local function find(query)
  local found = {}
  for _, one in ipairs(query.where) do one.set = set_of(one.points) end
  local from = source(query)
  local function meant(id)
    if #query.where > 0 then
      local tags = tags_of(query.kind, id)
      for _, one in ipairs(query.where) do
        if not meets(tags, one) then return false end
      end
    end
    return true
  end
  local function take(id)
    if meant(id) then found[#found + 1] = id end
    return query.limit and #found >= query.limit
  end
  local function id_of(member)
    return from.cut and string.sub(member, string.find(member, NUL, 1, true) + 1) or member
  end
  if not from.mixed then
    for _, range in ipairs(from.ranges) do
      each(from.key, range[1], range[2], query.backwards, function(member) return take(id_of(member)) end)
    end
    return found
  end
  local ids = {}
  for _, range in ipairs(from.ranges) do
    each(from.key, range[1], range[2], false, function(member)
      local id = id_of(member)
      local past = query.after and (query.backwards and not less(id, query.after)
        or not query.backwards and not less(query.after, id))
      if not past then ids[#ids + 1] = id end
    end)
  end
  table.sort(ids, query.backwards and function(a, b) return less(b, a) end or less)
  for _, id in ipairs(ids) do
    if take(id) then break end
  end
  return found
end

-- id, revision, row, id, revision, row ...
local function shown(kind, ids, answer)
  for _, id in ipairs(ids) do
    local revision = redis.call('HGET', BASE .. 'rev:' .. kind, id)
    if revision then
      answer[#answer + 1] = id
      answer[#answer + 1] = revision
      answer[#answer + 1] = redis.call('HGET', BASE .. 'row:' .. kind, id)
    end
  end
  return answer
end
