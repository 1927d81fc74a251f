package webhook_test

import (
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"anteroom/bot"
	"anteroom/bot/webhook"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const secret = "signing-canary"

var (
	page = bot.Page{Case: "K7Q-42", Line: "K7Q-42 · R1 · a human today", To: "ana", Urgency: "R1", Alert: 1, Told: 2,
		Since: time.Date(2027, 5, 3, 17, 0, 0, 0, time.UTC).Unix(), How: []string{"Run: anteroom case ack K7Q-42 -as ana"}}
	at = time.Unix(page.Since+300, 0)
)

// hook is a webhook whose address does what take says.
func hook(t *testing.T, take http.HandlerFunc, change ...func(*webhook.Options)) *webhook.Webhook {
	t.Helper()
	server := httptest.NewUnstartedServer(take)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	client := server.Client()
	client.Transport.(*http.Transport).DisableKeepAlives = true
	o := webhook.Options{URL: server.URL + "/token-canary", Secret: secret, Now: func() time.Time { return at }, Client: client, Timeout: 2 * time.Second}
	for _, c := range change {
		c(&o)
	}
	w, err := webhook.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestSend(t *testing.T) {
	var got webhook.Call
	var headers http.Header
	w := hook(t, func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		headers = r.Header
		if err := json.Unmarshal(body, &got); err != nil {
			t.Error(err)
		}
		if want := webhook.Sign(secret, r.Header.Get(webhook.HeaderTime), body); r.Header.Get(webhook.HeaderSignature) != want {
			t.Errorf("signed %s, want %s", r.Header.Get(webhook.HeaderSignature), want)
		}
		rw.WriteHeader(http.StatusAccepted)
	})
	if _, err := w.Send(t.Context(), bot.Delivery{ID: "page/1", Body: page}); err != nil {
		t.Fatal(err)
	}
	want := webhook.Call{Kind: "page", Case: "K7Q-42", Urgency: "R1", Line: page.Line, To: "ana", Alert: 1, Told: 2, Since: "2027-05-03T17:00:00Z", Acknowledge: page.How}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("call (-want +got):\n%s", diff)
	}
	if headers.Get(webhook.HeaderDelivery) != "page/1" || headers.Get(webhook.HeaderTime) != "1809363900" {
		t.Errorf("headers: %v", headers)
	}
}

// TestSignature holds the signature against one made with openssl:
// printf '1809450300.{}' | openssl dgst -sha256 -hmac key
func TestSignature(t *testing.T) {
	const want = "sha256=257d6352b28f011a9685dc623bb92b0ecb9e7c8eb231f911d26111c3f9622e18"
	if got := webhook.Sign("key", "1809450300", []byte("{}")); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestOutcomes(t *testing.T) {
	const unknown, sent bot.Why = 0, 99
	status := func(code int, pairs ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i < len(pairs); i += 2 {
				w.Header().Set(pairs[i], pairs[i+1])
			}
			w.WriteHeader(code)
			_, _ = io.WriteString(w, "token-canary")
		}
	}
	for _, tt := range []struct {
		name   string
		take   http.HandlerFunc
		change func(*webhook.Options)
		want   bot.Why
		after  time.Duration
	}{
		{"taken", status(204), nil, sent, 0},
		{"elsewhere", status(307, "Location", "https://127.0.0.1:1/token-canary"), nil, bot.Unhealthy, 0},
		{"found elsewhere", status(302, "Location", "https://127.0.0.1:1/token-canary"), nil, bot.Unhealthy, 0},
		{"wrong secret", status(401), nil, bot.Unhealthy, 0},
		{"gone", status(404), nil, bot.Unhealthy, 0},
		{"too many", status(429, "Retry-After", "40"), nil, bot.Throttled, 40 * time.Second},
		{"too many, no word when", status(429), nil, bot.Throttled, 30 * time.Second},
		{"back later", status(503, "Retry-After", "7"), nil, bot.Throttled, 7 * time.Second},
		{"broken", status(500), nil, unknown, 0},
		{"broken gateway", status(502), nil, unknown, 0},
		{"hangs up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, nil, unknown, 0},
		{"says nothing", func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // then the server sees that the other side goes
			<-r.Context().Done()
		}, func(o *webhook.Options) { o.Timeout = 100 * time.Millisecond }, unknown, 0},
		{"nobody there", status(200), func(o *webhook.Options) { o.URL = "https://127.0.0.1:1/token-canary" }, bot.NotSent, 0},
		{"a certificate of somebody else", status(200), func(o *webhook.Options) { o.Client = nil }, bot.Unhealthy, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := hook(t, tt.take, func(o *webhook.Options) {
				if tt.change != nil {
					tt.change(o)
				}
			})
			_, err := w.Send(t.Context(), bot.Delivery{ID: "page/1", Body: page})
			f, isKnown := errors.AsType[*bot.Failure](err)
			switch {
			case tt.want == sent:
				if err != nil {
					t.Errorf("got %v, want it sent", err)
				}
				return
			case err == nil:
				t.Fatal("it is said to have arrived")
			case isKnown != (tt.want != unknown):
				t.Fatalf("got %v, known %v, want kind %d", err, isKnown, tt.want)
			case isKnown && (f.Why != tt.want || f.After != tt.after):
				t.Errorf("got kind %d after %s, want %d after %s", f.Why, f.After, tt.want, tt.after)
			}
			if strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "127.0.0.1") {
				t.Errorf("a secret stands in the error: %v", err)
			}
		})
	}
}

func TestOnlyPages(t *testing.T) {
	w := hook(t, func(http.ResponseWriter, *http.Request) { t.Error("it was called") })
	_, err := w.Send(t.Context(), bot.Delivery{Body: bot.Text{Text: "canary"}})
	if f, ok := errors.AsType[*bot.Failure](err); !ok || f.Why != bot.Impossible {
		t.Errorf("got %v, want it impossible", err)
	}
}

func TestSettings(t *testing.T) {
	for _, o := range []webhook.Options{
		{URL: "http://hooks.example/x", Secret: secret},
		{URL: "ftp://hooks.example/x", Secret: secret},
		{URL: "hooks.example", Secret: secret},
		{URL: "https://hooks.example/x"},
	} {
		if _, err := webhook.New(o); err == nil {
			t.Errorf("%q with secret %v: taken", o.URL, o.Secret != "")
		}
	}
	if _, err := webhook.New(webhook.Options{URL: "http://127.0.0.1:9/x", Secret: secret}); err != nil {
		t.Error(err)
	}
}
