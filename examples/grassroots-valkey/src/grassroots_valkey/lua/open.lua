-- ARGV: a new word. The word of the network: this one if it is new.
redis.call('SET', BASE .. 'born', ARGV[1], 'NX')
return redis.call('GET', BASE .. 'born')
