package care_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot/care"
)

const onCallLine = `on_call: {name: Ana Reyes, phone: "+1 415 555 0101", therapist: ana}`

func onCall(more string) string {
	return "on_call:\n  name: Ana Reyes\n  phone: \"+1 415 555 0101\"\n  therapist: ana\n" + more
}

func TestReadOnCall(t *testing.T) {
	p, err := care.ReadPractice(folder(t, "practice.yaml", onCallLine, onCall(`  next: [ruth, sam]
  again: 90s
  escalate: 10m
  second:
    smtp: {host: smtp.practice.example, from: a@practice.example, to: {ana: ana@practice.example}, user: u, password_file: p, tls: tls}
    webhook: {url_file: pager.url, secret_file: s}`)), ".", care.Vocabulary{})
	if err != nil {
		t.Fatal(err)
	}
	want := care.OnCall{Name: "Ana Reyes", Phone: "+1 415 555 0101", Therapist: "ana", Next: []care.TherapistID{"ruth", "sam"}, Again: 90 * time.Second, Escalate: 10 * time.Minute,
		Second: care.Second{
			SMTP:    care.SMTP{Host: "smtp.practice.example", Port: 465, From: "a@practice.example", To: map[care.TherapistID]string{"ana": "ana@practice.example"}, User: "u", PasswordFile: "p", TLS: "tls"},
			Webhook: care.Webhook{URLFile: "pager.url", SecretFile: "s"},
		}}
	if diff := cmp.Diff(want, p.OnCall); diff != "" {
		t.Errorf("on_call (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]care.TherapistID{"ana", "ruth", "sam"}, p.Everybody()); diff != "" {
		t.Errorf("everybody (-want +got):\n%s", diff)
	}
	plain, err := care.ReadPractice(folder(t, "practice.yaml", onCallLine, onCall("")), ".", care.Vocabulary{})
	if err != nil {
		t.Fatal(err)
	}
	if o := plain.OnCall; o.Again != 5*time.Minute || o.Escalate != 15*time.Minute || o.Second.Any() || len(o.Next) > 0 {
		t.Errorf("the defaults are %+v", o)
	}
}

func TestReadOnCallProblems(t *testing.T) {
	smtp := func(s string) string { return "  second:\n    smtp: {" + s + "}\n" }
	const good = "host: smtp.practice.example, from: a@b.example, to: {ana: ana@b.example}"
	for _, c := range []struct{ name, more, want string }{
		{"next who is nobody", "  next: [nobody]\n", `practice.yaml:25:10: no therapist "nobody" in roster.yaml: use the id of a therapist`},
		{"next twice", "  next: [ruth, ruth]\n", `practice.yaml:25:16: "ruth" stands twice: keep one of the two`},
		{"next is the first", "  next: [ana]\n", `the on-call "ana" is also the next: name somebody else under next`},
		{"not a time", "  again: soon\n", `practice.yaml:25:10: "soon" is not a length of time: write 5m or 90s`},
		{"never", "  escalate: 48h\n", `practice.yaml:25:13: "48h" is out of range: write a time from 1s to 1h`},
		{"the wrong way round", "  again: 15m\n  escalate: 5m\n", `practice.yaml:26:13: the next are told after 5m0s, and the on-call again only after 15m0s`},
		{"again after the default", "  again: 20m\n", "practice.yaml:25:10: the next are told after 15m0s"},
		{"unknown key", "  sms: yes\n", `unknown key "sms": use name, phone, therapist, next, again, escalate, second`},
		{"no host", smtp("from: a@b.example, to: {ana: ana@b.example}"), `practice.yaml:26:11: "host" is missing: add host: …`},
		{"an address for a name", smtp("host: smtp://x, from: a@b.example, to: {ana: ana@b.example}"), `practice.yaml:26:18: "smtp://x" does not have the right form`},
		{"a sender with a head", smtp(`host: h, from: "a@b.example\r\nBcc: c@d.example", to: {ana: ana@b.example}`), "practice.yaml:26:27: "},
		{"mail to nobody", smtp("host: h, from: a@b.example, to: {ana: ana@b.example, zoe: z@b.example}"), `no therapist "zoe" in roster.yaml`},
		{"no mail to the on-call", smtp("host: h, from: a@b.example, to: {ruth: r@b.example}"), `the on-call "ana" has no address under to: add ana: their mail address`},
		{"a name without a password", smtp(good + ", user: u"), "write both user and password_file, or neither"},
		{"in the clear", smtp(good + ", tls: none-on-localhost-only"), `"smtp.practice.example" is not this machine: write starttls or tls`},
		{"some TLS", smtp(good + ", tls: maybe"), `"maybe" is not known here: use one of starttls, tls, none-on-localhost-only`},
		{"port", smtp(good + ", port: 70000"), "70000 is out of range: write a number from 1 to 65535"},
		{"no address", "  second: {webhook: {secret_file: s}}\n", "practice.yaml:25:21: a webhook has one address: write url: https://…, or url_file"},
		{"two addresses", "  second: {webhook: {url: \"https://h.example/x\", url_file: u, secret_file: s}}\n", "a webhook has one address"},
		{"in the clear", "  second: {webhook: {url: \"http://h.example/x\", secret_file: s}}\n", "practice.yaml:25:27: this is not an https address"},
		{"unsigned", "  second: {webhook: {url: \"https://h.example/x\"}}\n", `"secret_file" is missing`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := care.ReadPractice(folder(t, "practice.yaml", onCallLine, onCall(c.more)), ".", care.Vocabulary{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
			if err != nil && strings.Count(err.Error(), "\n") > 0 {
				t.Errorf("one mistake is told more than once:\n%v", err)
			}
		})
	}
}

// What an erasure leaves says nothing of what it was about.
func TestRest(t *testing.T) {
	at := time.Unix(1_800_000_000, 0)
	c := care.NewCase("K7Q-42", at)
	c.Facts = map[string]string{"adult": "adult"}
	for _, n := range []care.AlertName{care.AlertIPV, care.AlertMedical} {
		if err := c.Alert(n, at); err != nil {
			t.Fatal(err)
		}
	}
	if _, open := care.NewCase("K7Q-42", at).Rest(at); open {
		t.Error("a case without alerts leaves something")
	}
	before := c
	c.Tell(0, at.Add(time.Minute))
	if before.Alerts[0].Told != 0 {
		t.Error("an earlier copy changed")
	}
	rest, open := c.Rest(at)
	want := care.Case{Schema: care.CaseSchema, ID: "K7Q-42", Status: care.Erased, Updated: at.Unix(), Alerts: []care.Alert{
		{Name: care.AlertCall, At: at.Unix(), Told: 1, Next: at.Add(time.Minute).Unix()}, {Name: care.AlertMedical, At: at.Unix()}}}
	if diff := cmp.Diff(want, rest); diff != "" || !open {
		t.Errorf("open %v; rest (-want +got):\n%s", open, diff)
	}
	c.Acknowledge("ana", at)
	if _, open := c.Rest(at); open {
		t.Error("an acknowledged case leaves something")
	}
}
