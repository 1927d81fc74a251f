package care

import (
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"

	"go.yaml.in/yaml/v4"
)

// OnCall is who is told when something cannot wait, and what happens when they
// do not answer.
type OnCall struct {
	Name      string
	Phone     string
	Therapist TherapistID
	Next      []TherapistID // told when the first does not acknowledge
	Again     time.Duration // unacknowledged so long: told again, by the second way too
	Escalate  time.Duration // unacknowledged so long: the next are told; longer than Again
	Second    Second
}

// Second is how the practice is told besides its desk; both may be empty.
type Second struct {
	SMTP    SMTP
	Webhook Webhook
}

// SMTP is a mail server that takes our mail. Host is empty when there is none.
type SMTP struct {
	Host         string
	Port         int
	From         string
	To           map[TherapistID]string
	User         string // empty: the server asks for none
	PasswordFile string
	TLS          string // one of the TLS… constants
}

// How the connection to a mail server is kept private.
const (
	TLSStart = "starttls"               // begun in the clear, never gone on without TLS
	TLSFirst = "tls"                    // from the first byte
	TLSNone  = "none-on-localhost-only" // a relay on this machine
)

// Webhook is an address that takes our calls. It is empty when there is none.
type Webhook struct {
	URL        string
	URLFile    string // the address is a secret with many services
	SecretFile string
}

// Any reports whether the practice has a second way at all.
func (s Second) Any() bool {
	return s.SMTP.Host != "" || s.Webhook.URL != "" || s.Webhook.URLFile != ""
}

// Defaults of [OnCall], and the longest that an alert may stand before somebody
// else is told.
const (
	defaultAgain    = 5 * time.Minute
	defaultEscalate = 15 * time.Minute
	mostEscalate    = time.Hour
)

// Everybody is who can be told of an alert: the on-call, the next ones, then
// all who read intakes, each once.
func (p Practice) Everybody() []TherapistID {
	all := p.Called()
	for _, t := range p.IntakeReaders() {
		if !slices.Contains(all, t.ID) {
			all = append(all, t.ID)
		}
	}
	return all
}

// Called are the on-call and the next ones.
func (p Practice) Called() []TherapistID {
	all := []TherapistID{p.OnCall.Therapist}
	for _, id := range p.OnCall.Next {
		if !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all
}

var hostForm = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$|^[0-9a-fA-F:]+$`)

func (b *book) onCall(r *reader, n *yaml.Node) {
	o := &b.p.OnCall
	o.Again, o.Escalate = defaultAgain, defaultEscalate
	var again, escalate *yaml.Node
	before := len(b.problems)
	r.mapping(n,
		need("name", text(r, &o.Name)),
		need("phone", checked(r, &o.Phone, form(phoneForm, "\"+1 415 555 0100\""))),
		need("therapist", b.inRoster(r, &o.Therapist)),
		may("next", func(n *yaml.Node) {
			r.items(n, func(item *yaml.Node) {
				var id TherapistID
				b.inRoster(r, &id)(item)
				switch {
				case id == "":
				case slices.Contains(o.Next, id):
					r.bad(item, quote(string(id))+" stands twice", "keep one of the two")
				default:
					o.Next = append(o.Next, id)
				}
			})
		}),
		may("again", func(n *yaml.Node) { again = n; r.wait(&o.Again)(n) }),
		may("escalate", func(n *yaml.Node) { escalate = n; r.wait(&o.Escalate)(n) }),
		may("second", func(n *yaml.Node) {
			r.mapping(n,
				may("smtp", func(n *yaml.Node) { b.smtp(r, n) }),
				may("webhook", func(n *yaml.Node) { b.webhook(r, n) }))
		}))
	if len(b.problems) != before {
		return
	}
	for _, id := range o.Next {
		if id == o.Therapist {
			r.bad(n, "the on-call "+quote(string(id))+" is also the next", "name somebody else under next")
		}
	}
	if at := firstOf(escalate, again); at != nil && o.Again >= o.Escalate {
		r.bad(at, "the next are told after "+o.Escalate.String()+", and the on-call again only after "+o.Again.String(),
			"write a shorter time for again than for escalate; left out they are 5m and 15m")
	}
}

// firstOf is the first that is there.
func firstOf(nodes ...*yaml.Node) *yaml.Node {
	for _, n := range nodes {
		if n != nil {
			return n
		}
	}
	return nil
}

// inRoster reads the id of a therapist.
func (b *book) inRoster(r *reader, dst *TherapistID) take {
	return func(n *yaml.Node) {
		text(r, dst)(n)
		if _, ok := b.p.Therapist(*dst); !ok && *dst != "" && len(b.p.Therapists) > 0 {
			r.bad(n, "no therapist "+quote(string(*dst))+" in roster.yaml", "use the id of a therapist")
		}
	}
}

// wait reads how long somebody may take who is called for.
func (r *reader) wait(dst *time.Duration) take {
	return func(n *yaml.Node) {
		s, ok := r.word(n)
		if !ok {
			return
		}
		d, err := time.ParseDuration(s)
		switch {
		case err != nil:
			r.bad(n, quote(s)+" is not a length of time", "write 5m or 90s")
		case d < time.Second || d > mostEscalate:
			r.bad(n, quote(s)+" is out of range", "write a time from 1s to 1h: somebody may be in danger")
		default:
			*dst = d
		}
	}
}

func (b *book) smtp(r *reader, n *yaml.Node) {
	m := &b.p.OnCall.Second.SMTP
	m.TLS = TLSStart
	var portAt, userAt, fileAt, tlsAt *yaml.Node
	before := len(b.problems)
	r.mapping(n,
		need("host", checked(r, &m.Host, form(hostForm, "smtp.practice.example"))),
		may("port", func(n *yaml.Node) { portAt = n; r.number(&m.Port, 1, 65535)(n) }),
		need("from", checked(r, &m.From, form(mailForm, "anteroom@practice.example"))),
		need("to", func(n *yaml.Node) {
			m.To = make(map[TherapistID]string)
			r.each(n, func(key, value *yaml.Node) {
				var id TherapistID
				var address string
				b.inRoster(r, &id)(key)
				checked(r, &address, form(mailForm, "ana@practice.example"))(value)
				if id != "" && address != "" {
					m.To[id] = address
				}
			})
		}),
		may("user", func(n *yaml.Node) { userAt = n; blank(r, &m.User)(n) }),
		may("password_file", func(n *yaml.Node) { fileAt = n; blank(r, &m.PasswordFile)(n) }),
		may("tls", func(n *yaml.Node) { tlsAt = n; oneOf(r, &m.TLS, TLSStart, TLSFirst, TLSNone)(n) }))
	if len(b.problems) != before {
		return
	}
	if portAt == nil {
		m.Port = map[string]int{TLSStart: 587, TLSFirst: 465, TLSNone: 25}[m.TLS]
	}
	if m.To[b.p.OnCall.Therapist] == "" {
		r.bad(n, "the on-call "+quote(string(b.p.OnCall.Therapist))+" has no address under to", "add "+string(b.p.OnCall.Therapist)+": their mail address")
	}
	if (m.User == "") != (m.PasswordFile == "") {
		r.bad(firstOf(userAt, fileAt), "a mail server that asks for a name asks for a password too", "write both user and password_file, or neither")
	}
	if m.TLS == TLSNone && !local(m.Host) {
		r.bad(tlsAt, quote(m.Host)+" is not this machine", "write starttls or tls; without it anybody on the way could read that somebody is in danger")
	}
}

func (b *book) webhook(r *reader, n *yaml.Node) {
	w := &b.p.OnCall.Second.Webhook
	before := len(b.problems)
	r.mapping(n,
		may("url", checked(r, &w.URL, webAddress)),
		may("url_file", blank(r, &w.URLFile)),
		need("secret_file", text(r, &w.SecretFile)))
	if len(b.problems) == before && (w.URL == "") == (w.URLFile == "") {
		r.bad(n, "a webhook has one address", "write url: https://…, or url_file: a file that holds it")
	}
}

// webAddress accepts https addresses, and others on this machine.
func webAddress(s string) (what, mend string) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && !(u.Scheme == "http" && local(u.Hostname())) {
		return "this is not an https address", "write it like https://hooks.practice.example/anteroom; a name and password do not belong in it"
	}
	return "", ""
}

// WebAddress says what is wrong with the address of a webhook; empty when
// nothing is. It never repeats it.
func WebAddress(s string) string {
	what, mend := webAddress(s)
	if what == "" {
		return ""
	}
	return what + ": " + mend
}

// local reports whether a host is this machine.
func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// mailForm is what we write into an envelope and a header: one plain address.
var mailForm = regexp.MustCompile(`^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$`)

// Address of the mail server.
func (m SMTP) Address() string { return net.JoinHostPort(m.Host, strconv.Itoa(m.Port)) }
