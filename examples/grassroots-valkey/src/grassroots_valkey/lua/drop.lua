-- All keys of the network, at one moment. They are known by the kinds and keys that were declared.
redis.call('DEL', BASE .. 'born')
for _, field in ipairs(redis.call('HKEYS', BASE .. 'types')) do
  local cut = string.find(field, NUL, 1, true)
  local kind, key = string.sub(field, 1, cut - 1), string.sub(field, cut + 1)
  if key == '' then
    redis.call('UNLINK', BASE .. 'ids:' .. kind, BASE .. 'rev:' .. kind, BASE .. 'row:' .. kind,
      BASE .. 'tags:' .. kind)
  else
    redis.call('UNLINK', BASE .. 'index:' .. kind .. ':' .. key)
  end
end
redis.call('UNLINK', BASE .. 'head', BASE .. 'journal', BASE .. 'about', BASE .. 'acts', BASE .. 'types')
return {'done'}
