package slack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	api "github.com/slack-go/slack"
	"golang.org/x/time/rate"

	"anteroom/bot"
)

// Name is this channel's name.
const Name bot.ChannelName = "slack"

// The two disclosures: what of a case may stand in the channel itself.
const (
	InModal   = "modal"   // nothing: the summary is read in a modal
	InChannel = "channel" // the card's Detail, too
)

// Options of a [Slack]. Practice, BotToken, AppToken and Channel are required.
type Options struct {
	Practice   bot.PracticeID
	BotToken   string // xoxb-…
	AppToken   string // xapp-…, with connections:write
	Channel    string // the id of the therapists' channel: C0123ABCD
	APIURL     string // with a slash at its end; default Slack's own
	Disclosure string // InModal, the default, or InChannel
	Zone       *time.Location
	Log        *slog.Logger
	Health     bot.Health

	Now       func() time.Time // default time.Now
	Pace      time.Duration    // between two messages in one channel, after a burst of five; default 1 s
	Patience  time.Duration    // for the desk, before Slack is answered anyway; default 2.5 s
	LostAfter time.Duration    // without a socket, before health is told; default 30 s

	PictureFor time.Duration // how long the picture of a brief may lie in Slack; default 10 min
}

// Slack is a practice's workspace. Make it with [New]; it is safe for
// concurrent use. It starts nothing by itself.
type Slack struct {
	opt    Options
	client *api.Client
	http   *http.Client

	mu      sync.Mutex
	lanes   map[string]*rate.Limiter // by address
	trouble map[string]error         // by address; "" is the whole workspace
}

// New checks the options, reporting every problem together, and makes no call.
func New(o Options) (*Slack, error) {
	var problems []error
	need := func(ok bool, line string) {
		if !ok {
			problems = append(problems, errors.New(line))
		}
	}
	need(o.Practice != "", "the practice has no id")
	need(tokenLike(o.BotToken) && !strings.HasPrefix(o.BotToken, "xapp-"),
		"the Slack bot token is missing or of the wrong kind: copy the one that starts with xoxb- from OAuth & Permissions")
	need(tokenLike(o.AppToken) && !strings.HasPrefix(o.AppToken, "xoxb-"),
		"the Slack app token is missing or of the wrong kind: make one with connections:write under Basic Information; it starts with xapp-")
	need(o.Channel != "" && !strings.HasPrefix(o.Channel, "#"),
		"the Slack channel is missing or a name: copy the channel's id, C0123ABCD, from its details")
	o.APIURL = cmp.Or(o.APIURL, api.APIURL)
	need(strings.HasSuffix(o.APIURL, "/"), "the address of the Slack API must end with a slash")
	o.Disclosure = cmp.Or(o.Disclosure, InModal)
	need(o.Disclosure == InModal || o.Disclosure == InChannel, `slack disclosure must be "modal" or "channel"`)
	if len(problems) > 0 {
		return nil, fmt.Errorf("slack settings: %w", errors.Join(problems...))
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Health == nil {
		o.Health = silent{}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Pace = cmp.Or(o.Pace, time.Second)
	o.Patience = cmp.Or(o.Patience, 2500*time.Millisecond)
	o.LostAfter = cmp.Or(o.LostAfter, 30*time.Second)
	o.PictureFor = cmp.Or(o.PictureFor, 10*time.Minute)

	transport := http.DefaultTransport.(*http.Transport).Clone()
	s := &Slack{
		opt: o,
		http: &http.Client{
			Transport: transport,
			Timeout:   15 * time.Second,
			// The body holds the token: it goes where it was sent, or nowhere.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		lanes:   map[string]*rate.Limiter{},
		trouble: map[string]error{},
	}
	s.client = api.New(o.BotToken, api.OptionAppLevelToken(o.AppToken), api.OptionAPIURL(o.APIURL),
		api.OptionHTTPClient(s.http), api.OptionLog(log.New(io.Discard, "", 0)))
	return s, nil
}

func tokenLike(t string) bool { return t != "" && !strings.ContainsAny(t, " \t\r\n\"'") }

// Name returns "slack".
func (s *Slack) Name() bot.ChannelName { return Name }

// Check asks Slack whether both tokens work, whether the bot can read the
// channel, and whether it may see its own files, and returns what is wrong, each
// with its mend. It changes nothing.
func (s *Slack) Check(ctx context.Context) error {
	var problems []error
	if _, err := s.client.AuthTestContext(ctx); err != nil {
		problems = append(problems, s.explain("bot token", err))
	} else {
		if _, err := s.client.GetConversationHistoryContext(ctx, &api.GetConversationHistoryParameters{ChannelID: s.opt.Channel, Limit: 1}); err != nil {
			problems = append(problems, s.explain("channel", err))
		}
		if _, _, err := s.client.GetFilesContext(ctx, api.GetFilesParameters{Count: 1, Page: 1}); err != nil {
			problems = append(problems, s.explain("pictures of the course", err))
		}
	}
	if _, _, err := s.client.StartSocketModeContext(ctx); err != nil {
		problems = append(problems, s.explain("app token", err))
	}
	return errors.Join(problems...)
}

// silent is the health of one who was told to report to nobody.
type silent struct{}

func (silent) Report(string, error) {}

// ail reports trouble with one address, or with all for "".
func (s *Slack) ail(address string, err error) {
	s.mu.Lock()
	old := s.trouble[address]
	s.trouble[address] = err
	s.mu.Unlock()
	if old == nil || old.Error() != err.Error() {
		s.opt.Health.Report(string(Name), err)
	}
}

// heal notes that a message arrived at an address.
func (s *Slack) heal(address string) {
	s.mu.Lock()
	before := len(s.trouble)
	delete(s.trouble, address)
	delete(s.trouble, "")
	after := len(s.trouble)
	s.mu.Unlock()
	if before > 0 && after == 0 {
		s.opt.Health.Report(string(Name), nil)
	}
}
