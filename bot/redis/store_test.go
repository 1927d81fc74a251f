package redis_test

import (
	"testing"
	"time"

	"anteroom/bot"
	"anteroom/bot/redis"
	"anteroom/bot/redis/redistest"
	"anteroom/bot/storetest"
)

func open(t testing.TB, address string, o redis.Options) *redis.Store {
	t.Helper()
	s, err := redis.Open(t.Context(), address, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// age moves the server's clock as far as we can tell: what goes at some time
// goes d earlier.
const age = `
for _, key in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', key)
  if left > tonumber(ARGV[1]) then
    redis.call('PEXPIRE', key, left - ARGV[1])
  elseif left >= 0 then
    redis.call('DEL', key)
  end
end`

// suite runs the suite on servers that start makes; each is emptied and used
// again when a test is done with it.
func suite(t *testing.T, scheme string, start func(testing.TB) *redistest.Server) {
	idle := make(chan *redistest.Server, 64)
	storetest.Run(t, func(sub *testing.T) storetest.Opened {
		var server *redistest.Server
		select {
		case server = <-idle:
			server.Do("FLUSHALL")
		default:
			server = start(t)
		}
		sub.Cleanup(func() { idle <- server })
		address := scheme + server.Addr
		return storetest.Opened{
			Store:   open(sub, address, redis.Options{}),
			Advance: func(d time.Duration) { server.Do("EVAL", age, 0, d.Milliseconds()) },
			Reopen:  func() bot.Store { return open(sub, address, redis.Options{}) },
		}
	})
}

func TestSingle(t *testing.T) {
	t.Parallel()
	suite(t, "redis://", func(t testing.TB) *redistest.Server { return redistest.Start(t) })
}

func TestCluster(t *testing.T) {
	t.Parallel()
	suite(t, "redis-cluster://", redistest.StartCluster)
}
