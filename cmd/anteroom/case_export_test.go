package main

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"anteroom/bot"
	"anteroom/bot/seal"
)

// counter is a practice with one client and everything that the commands of
// "anteroom case" need.
type counter struct {
	t        *testing.T
	dir      string
	settings []string
	now      time.Time
	service  *bot.Service
	store    bot.Store
	chat     *drawer
	key, sam *age.X25519Identity // ana's, and sam's, who reads no new intakes
	n        int
}

// drawer is a channel that keeps what it was given.
type drawer struct{ buttons []bot.Button }

func (*drawer) Name() bot.ChannelName { return "telegram" }

func (d *drawer) Send(_ context.Context, out bot.Delivery) ([]byte, error) {
	if b, ok := out.Body.(bot.Text); ok {
		d.buttons = append(d.buttons, slices.Concat(b.Buttons...)...)
	} else if b, ok := out.Body.(bot.Redraw); ok {
		d.buttons = append(d.buttons, slices.Concat(b.Buttons...)...)
	}
	return []byte(out.ID), nil
}

func openCounter(t *testing.T) *counter {
	t.Helper()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	sam, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	c := &counter{t: t, dir: t.TempDir(), now: time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC), chat: &drawer{}, key: key, sam: sam}
	folder := filepath.Join(c.dir, "practice")
	if code, out := c.run("", "init", "-signed-by", "Dr. Test", folder); code != exitDone {
		t.Fatal(out)
	}
	roster := filepath.Join(folder, "roster.yaml")
	b, err := os.ReadFile(roster)
	if err != nil {
		t.Fatal(err)
	}
	b = bytes.Replace(b, []byte("    name: Ana Reyes\n"), []byte("    name: Ana Reyes\n    age: "+key.Recipient().String()+"\n"), 1)
	b = bytes.Replace(b, []byte("    name: Sam Okafor\n"), []byte("    name: Sam Okafor\n    age: "+sam.Recipient().String()+"\n"), 1)
	if err := os.WriteFile(roster, b, 0o600); err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(c.dir, "root.key")
	if err := newKeys(root, root+".vault"); err != nil {
		t.Fatal(err)
	}
	store := "sqlite:" + filepath.Join(c.dir, "practice.db")
	c.settings = []string{"-practice", folder, "-store", store, "-key-file", root}
	practice, _, err := loadPractice(folder)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := openStore(t.Context(), store, beside)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { opened.Close() })
	r, err := seal.ReadRoot(root)
	if err != nil {
		t.Fatal(err)
	}
	vault, err := seal.OpenFolder(root+".vault", r)
	if err != nil {
		t.Fatal(err)
	}
	practice.Desk = ""
	c.store = opened
	c.service = bot.New(bot.Options{Practice: practice, Store: opened, Root: r, Vault: vault, Channels: []bot.Channel{c.chat}, Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return c.now }, Instance: "test", Health: quietHealth{}, Meter: quietHealth{}, Alone: true})
	return c
}

// run runs a command on the day that it is here, and returns all that it said.
func (c *counter) run(stdin string, args ...string) (code int, said string) {
	c.t.Helper()
	var out bytes.Buffer
	p := &program{stdin: strings.NewReader(stdin), stdout: &out, stderr: &out, now: func() time.Time { return c.now }}
	code = p.run(c.t.Context(), args, nil)
	return code, out.String()
}

// case runs a verb of "anteroom case".
func (c *counter) caseVerb(verb string, args ...string) (code int, said string) {
	c.t.Helper()
	return c.run("", slices.Concat([]string{"case", verb}, c.settings, args)...)
}

// does lets the client press, or type what stands on no button.
func (c *counter) does(what ...string) {
	c.t.Helper()
	for _, w := range what {
		c.n++
		in := bot.Inbound{Practice: "quiet-river", Channel: "telegram", ID: fmt.Sprint(c.n), Chat: "ann", Locale: "en", What: bot.Words{Text: w}}
		for _, b := range slices.Backward(c.chat.buttons) {
			if strings.TrimPrefix(b.Label, "✓ ") == w {
				in.What = bot.Press{Data: b.Data}
				break
			}
		}
		if err := c.service.Receive(c.t.Context(), in); err != nil {
			c.t.Fatal(err)
		}
		c.settle()
	}
}

func (c *counter) settle() {
	c.t.Helper()
	if err := c.service.Settle(c.t.Context()); err != nil {
		c.t.Fatal(err)
	}
}

const (
	canaryTopic   = "canary-of-what-is-asked"
	canaryContact = "canary-of-contact@example.org"
	canaryWish    = "canary-of-free-words"
)

// sends takes the client through an intake with canaries in it.
func (c *counter) sends() (id string) {
	c.t.Helper()
	c.does("/start", "Start", "I agree", "Yes", "Yes, I am", "California", "Yes, all safe", canaryTopic, "Just me. I have a partner", "None of these",
		"Not always in the past", "5", "Online", "That is all", "Yes, that works", canaryWish, "I would rather not say", "By e-mail, discreet", canaryContact, "Send it")
	lines, err := c.service.Cases(c.t.Context())
	if err != nil || len(lines) != 1 {
		c.t.Fatalf("got %d cases (%v), want one", len(lines), err)
	}
	return string(lines[0].ID)
}

// opens decrypts a file and gives all that is in it.
func (c *counter) opens(path string, with age.Identity) string {
	c.t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		c.t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		c.t.Errorf("%s: mode %v (%v), want 0600", path, info.Mode(), err)
	}
	for _, canary := range []string{canaryTopic, canaryContact, canaryWish, "QuestionnaireResponse", "PK\x03\x04"} {
		if bytes.Contains(b, []byte(canary)) {
			c.t.Errorf("%s can be read without a key: %q", path, canary)
		}
	}
	r, err := age.Decrypt(bytes.NewReader(b), with)
	if err != nil {
		c.t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		c.t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(plain), int64(len(plain)))
	if err != nil {
		return string(plain)
	}
	var all strings.Builder
	for _, f := range z.File {
		one, err := fs.ReadFile(z, f.Name)
		if err != nil {
			c.t.Fatal(err)
		}
		fmt.Fprintf(&all, "== %s\n%s\n", f.Name, one)
	}
	return all.String()
}

// leftovers are the files beside the ones that were asked for.
func (c *counter) leftovers() (names []string) {
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".anteroom") {
			names = append(names, e.Name())
		}
	}
	return names
}

func TestCaseExport(t *testing.T) {
	t.Parallel()
	c := openCounter(t)
	id := c.sends()
	out := filepath.Join(c.dir, "record.age")
	if code, said := c.caseVerb("export", id, "-to", "ana", "-o", out); code != exitDone {
		t.Fatalf("exit code %d: %s", code, said)
	}
	all := c.opens(out, c.key)
	for _, want := range []string{"== record.html", "== record.fhir.json", "== record.json", `"QuestionnaireResponse"`, canaryTopic, canaryContact, canaryWish, "Not always in the past"} {
		if !strings.Contains(all, want) {
			t.Errorf("the record lacks %q", want)
		}
	}
	stranger, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	b, _ := os.ReadFile(out)
	if _, err := age.Decrypt(bytes.NewReader(b), stranger); err == nil {
		t.Error("somebody else's key opens it")
	}
	for _, format := range []string{"html", "fhir", "json"} {
		file := filepath.Join(c.dir, format+".age")
		if code, said := c.caseVerb("export", "-to", c.key.Recipient().String(), "-o", file, "-format", format, id); code != exitDone || !strings.Contains(said, "for ana;") {
			t.Fatalf("%s: exit code %d: %s", format, code, said)
		}
		if c.opens(file, c.key) == "" {
			t.Errorf("%s: nothing is in it", format)
		}
	}
	if left := c.leftovers(); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
}

// What cannot be right is refused, and nothing is written or recorded.
func TestCaseExportRefuses(t *testing.T) {
	t.Parallel()
	c := openCounter(t)
	id := c.sends()
	there := filepath.Join(c.dir, "there.age")
	if err := os.WriteFile(there, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(c.dir, "record.age")
	key := c.key.Recipient().String()
	for _, tt := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"no key", []string{id, "-o", out}, exitUsage, "-to is missing"},
		{"nobody", []string{id, "-to", "nobody", "-o", out}, exitUsage, "nobody in the roster"},
		{"a therapist without a key", []string{id, "-to", "ruth", "-o", out}, exitUsage, "no public key of theirs"},
		{"half a key", []string{id, "-to", key[:40], "-o", out}, exitUsage, "not a whole public key"},
		{"a key of nobody's", []string{id, "-to", "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p", "-o", out}, exitUsage, "nobody in the roster has this key"},
		{"one of two is nobody's", []string{id, "-to", "ana,age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p", "-o", out}, exitUsage, "anteroom case disclose"},
		{"a key of who may not see it", []string{id, "-to", c.sam.Recipient().String(), "-o", out}, exitProblem, "may not see case"},
		{"who may not see it", []string{id, "-to", "sam", "-o", out}, exitProblem, "may not see case"},
		{"a secret key", []string{id, "-to", c.key.String(), "-o", out}, exitUsage, "this is a secret key"},
		{"one of two is wrong", []string{id, "-to", key + ",nobody", "-o", out}, exitUsage, "nobody in the roster"},
		{"no file", []string{id, "-to", key}, exitUsage, "-o is missing"},
		{"a file that is there", []string{id, "-to", key, "-o", there}, exitUsage, "is not written over"},
		{"a terminal by its name", []string{id, "-to", key, "-o", os.DevNull}, exitUsage, "is not written over"},
		{"no such folder", []string{id, "-to", key, "-o", filepath.Join(c.dir, "no", "x.age")}, exitUsage, "there is no folder"},
		{"no such format", []string{id, "-to", key, "-o", out, "-format", "pdf"}, exitUsage, "use html, fhir, json or all"},
		{"no case", []string{"-to", key, "-o", out}, exitUsage, "CASE"},
		{"an id that is none", []string{"../x", "-to", key, "-o", out}, exitUsage, "not a case id"},
		{"a case that is not there", []string{"K7Q-42", "-to", key, "-o", out}, exitProblem, "there is no case K7Q-42"},
		{"one thing too many", []string{id, "-to", key, "-o", out, "more"}, exitUsage, "write: anteroom case export"},
	} {
		code, said := c.caseVerb("export", tt.args...)
		if code != tt.code || !strings.Contains(said, tt.says) {
			t.Errorf("%s: exit code %d, want %d with %q: %s", tt.name, code, tt.code, tt.says, said)
		}
		if strings.Contains(said, c.key.String()) || strings.Contains(said, canaryTopic) {
			t.Errorf("%s: a secret stands in what was said", tt.name)
		}
	}
	if _, err := os.Stat(out); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file was written (%v)", err)
	}
	if b, _ := os.ReadFile(there); string(b) != "mine" {
		t.Error("a file was written over")
	}
}

// A third party gets what was signed, while it holds, and locked.
func TestCaseDisclose(t *testing.T) {
	t.Parallel()
	c := openCounter(t)
	id := c.sends()
	doctor, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	discloses := func(number string) (code int, said, file string) {
		n++
		file = filepath.Join(c.dir, fmt.Sprintf("out-%d.age", n))
		code, said = c.caseVerb("disclose", id, "-release", number, "-to", doctor.Recipient().String(), "-o", file)
		return code, said, file
	}
	refused := func(why, number string) {
		t.Helper()
		code, said, file := discloses(number)
		if _, err := os.Stat(file); code != exitProblem || !strings.Contains(said, "not in force") || err == nil {
			t.Errorf("%s: exit code %d, file %v: %s", why, code, err == nil, said)
		}
	}
	refused("never signed", "1")
	if code, said := c.caseVerb("release", id, "-to", "Dr. Grey", "-fields", "contact,body", "-why", "a check", "-as", "ana"); code != exitDone {
		t.Fatalf("exit code %d: %s", code, said)
	}
	c.settle()
	refused("only asked for", "1")
	c.does("start", "A month", "Yes, go on to sign", "Ann Example")
	code, said, file := discloses("1")
	if code != exitDone {
		t.Fatalf("exit code %d: %s", code, said)
	}
	c.settle()
	all := c.opens(file, doctor)
	for _, want := range []string{canaryContact, "What may be told"} {
		if !strings.Contains(all, want) {
			t.Errorf("what was allowed lacks %q", want)
		}
	}
	for _, never := range []string{canaryTopic, canaryWish, "in the past", "all safe", "Dr. Grey", "Ann Example", "a check", "California", "Online"} {
		if strings.Contains(all, never) {
			t.Errorf("what was not allowed left: %q", never)
		}
	}
	refused("another number", "2")
	c.does("/release")
	refusedBefore := c.now
	c.now = c.now.AddDate(0, 0, 31)
	refused("lapsed", "1")
	c.now = refusedBefore
	c.does("Take back number 1")
	refused("taken back", "1")
	if code, said := c.caseVerb("disclose", id, "-to", doctor.Recipient().String(), "-o", filepath.Join(c.dir, "x.age")); code != exitUsage || !strings.Contains(said, "-release is missing") {
		t.Errorf("without a release: exit code %d: %s", code, said)
	}
}

func TestCaseErase(t *testing.T) {
	t.Parallel()
	c := openCounter(t)
	id := c.sends()
	for _, stdin := range []string{"", "yes\n", "K7Q-42\n"} {
		if code, said := c.run(stdin, slices.Concat([]string{"case", "erase"}, c.settings, []string{id})...); code != exitProblem || !strings.Contains(said, "nothing was erased") {
			t.Errorf("with %q: exit code %d: %s", stdin, code, said)
		}
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx := context.WithoutCancel(t.Context()); ; { // the service that owns the practice
			lines, err := c.service.Cases(ctx)
			if err == nil && len(lines) == 0 {
				return
			}
			if err := errors.Join(err, c.service.Settle(ctx)); err != nil {
				t.Error(err)
				return
			}
		}
	}()
	code, said := c.run(id+"\n", slices.Concat([]string{"case", "erase"}, c.settings, []string{id})...)
	<-done
	if code != exitDone || !strings.Contains(said, "erased: case "+id) {
		t.Errorf("exit code %d: %s", code, said)
	}
	if lines, err := c.service.Cases(t.Context()); err != nil || len(lines) != 0 {
		t.Errorf("%d cases are left (%v)", len(lines), err)
	}
	if code, said := c.caseVerb("erase", id, "-yes"); code != exitProblem || !strings.Contains(said, "there is no case") {
		t.Errorf("a second time: exit code %d: %s", code, said)
	}
}
