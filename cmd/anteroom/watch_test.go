package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/google/go-cmp/cmp"

	"anteroom/bot/admin"
	"anteroom/bot/slack"
	"anteroom/bot/telegram"
	"anteroom/bot/telegram/telegramtest"
	"anteroom/content"
)

// says waits until the log of the process holds words that often.
func (p *process) says(ctx context.Context, words string, times int) error {
	for strings.Count(p.said(), words) < times {
		if err := pause(ctx); err != nil {
			return errors.New("the log does not say " + words + ":\n" + tailOf(p.said(), 3000))
		}
	}
	return nil
}

// TestReload edits the folder of a practice that serves, well and badly.
func TestReload(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	s := newStage(t, "sqlite")
	folder := filepath.Join(s.dir, "practice")
	s.start(ctx)
	user := s.telegram.User(7_130_000_001, "Ferstname", "en")
	heard := 0
	send := func(text, answer string) telegramtest.Message {
		t.Helper()
		sent := user.Send(text)
		m, err := user.Wait(ctx, max(sent, heard), func(m telegramtest.Message) bool { return strings.Contains(m.Text, answer) })
		if err != nil {
			t.Fatalf("after %q nobody says %q: %v\n%s", text, answer, err, tailOf(s.process.said(), 2000))
		}
		heard = m.ID
		return m
	}
	says := func(words string, times int) {
		t.Helper()
		if err := s.process.says(ctx, words, times); err != nil {
			t.Fatal(err)
		}
	}
	// write replaces a file of the practice as editors do, a folder that is not
	// there included.
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path+"~", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+"~", path); err != nil {
			t.Fatal(err)
		}
	}
	shipped := func(name string) string {
		text, err := fs.ReadFile(content.Files, name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	const taken, refused = "the new content is in effect", "the content is not taken"
	send("/start", "What would you like to do?")
	send("Start", "Do you agree to this?")

	// A good edit, in a new folder, takes effect under the open conversation.
	places := shipped("lists/countries.yaml")
	_, first, _ := strings.Cut(places, "\nfirst: [")
	first, _, _ = strings.Cut(first, "]")
	write("lists/countries.yaml", strings.Replace(places, "\nfirst: ["+first+"]", "\nfirst: [DE, US-CA]", 1))
	says(taken, 1)
	send("I agree", "Is this a private moment")
	send("Yes", "Are you 18 or over?")
	if got := send("Yes, I am", "Where are you right now?").Labels(); !slices.Contains(got, "Germany") {
		t.Errorf("got %q, want Germany among the first places", got)
	}

	// A bad one does not; the operator reads where it is wrong.
	write("dialogs/intake.yaml", strings.Replace(shipped("dialogs/intake.yaml"), "go: {minor: minor-start}", "go: {minor: nowhere}", 1))
	says(refused, 1)
	if log := s.process.said(); !strings.Contains(log, "problems=1") || !strings.Contains(log, "dialogs/intake.yaml:") || !strings.Contains(log, "nowhere") {
		t.Errorf("the log does not say what is wrong:\n%s", tailOf(log, 1000))
	}
	send("California", "Is everyone safe right now?")

	// Asked by a signal it looks again, and says so again.
	s.process.tell(syscall.SIGHUP)
	says(refused, 2)
	if err := os.Remove(filepath.Join(folder, "dialogs", "intake.yaml")); err != nil {
		t.Fatal(err)
	}
	s.process.tell(syscall.SIGHUP)
	says("the content is as before", 1)

	// What the practice says of itself is read too.
	replaceIn(t, filepath.Join(folder, "practice.yaml"), "+1 ", "+44 ")
	says(taken, 2)
	send("/stop", "we stop here")
	if strings.Contains(s.process.said(), "Ferstname") {
		t.Error("a client's name stands in the log")
	}
	if err := s.end(); err != nil {
		t.Error(err)
	}
}

func TestConcerns(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	link := filepath.Join(base, "current")
	if err := os.MkdirAll(filepath.Join(base, "first", "practice", "dialogs"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("first", link); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(link, "practice")
	for _, dir := range []string{"new", ".git"} {
		if err := os.Mkdir(filepath.Join(folder, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	files, err := fsnotify.NewWatcher()
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	in, err := (&house{rooms: []*room{{folder: folder}}}).follow(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		op   fsnotify.Op
		want bool
	}{
		{"current/practice/dialogs/intake.yaml", fsnotify.Write, true},
		{"current/practice/dialogs/intake.yaml", fsnotify.Chmod, false},
		{"current/practice/dialogs/intake.yaml", fsnotify.Remove, true},
		{"current/practice/new", fsnotify.Create, true},
		{"current/practice/.git", fsnotify.Create, false},
		{"current/practice/dialogs", fsnotify.Rename, true},
		{"current/practice/dialogs.lock", fsnotify.Write, true},
		{"current/practice/..data", fsnotify.Create, true},
		{"current/practice", fsnotify.Create, true},
		{"current", fsnotify.Create, true},
		{"other", fsnotify.Create, false},
		{"current/other.yaml", fsnotify.Write, false},
		{"current/practice/dialogs/.intake.yaml.swp", fsnotify.Create, false},
		{"current/practice/.#intake.yaml", fsnotify.Create, false},
		{"current/practice/practice.db", fsnotify.Write, false},
		{"current/practice/practice.db-wal", fsnotify.Write, false},
		{"current/practice/state", fsnotify.Write, false},
		{"current/practice/state-journal", fsnotify.Remove, false},
	} {
		if got := in.concerns(fsnotify.Event{Name: filepath.Join(base, tt.name), Op: tt.op}); got != tt.want {
			t.Errorf("%s %s: got %v, want %v", tt.op, tt.name, got, tt.want)
		}
	}
}

// Files that are written without end are read all the same.
func TestSettling(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	var s settling
	var got []time.Duration
	for _, after := range []time.Duration{0, 200, 4000, 4900, 5000, 6000} {
		got = append(got, s.more(now.Add(after*time.Millisecond)))
	}
	s.over()
	got = append(got, s.more(now.Add(time.Hour)))
	want := []time.Duration{settleFor, settleFor, settleFor, 100 * time.Millisecond, 0, 0, settleFor}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
}

// lines is a log that is read while it is written.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// emptyHouse watches one folder, from which nothing can be taken.
func emptyHouse(t *testing.T, folder string) (h *house, log *lines) {
	t.Helper()
	practice, _, err := loadPractice("")
	if err != nil {
		t.Fatal(err)
	}
	log = new(lines)
	to := slog.New(slog.NewTextHandler(log, nil))
	r := &room{folder: folder}
	r.practice.Store(practice)
	return &house{log: to, board: admin.New(to, func() bool { return true }), rooms: []*room{r},
		proofs: newProofs(t.TempDir(), to, atSomeDay, func(fs.FS, time.Time) error { return nil })}, log
}

// TestWatchAgain takes a practice's folder away and puts it back, and puts
// another in its place.
func TestWatchAgain(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	link, first := filepath.Join(base, "practice"), filepath.Join(base, "elsewhere", "first")
	sample, err := fs.Sub(content.Files, sampleFolder)
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{first, filepath.Join(base, "elsewhere", "second")} {
		if err := os.CopyFS(to, sample); err != nil {
			t.Fatal(err)
		}
	}
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	touch := func(text string) {
		t.Helper()
		do(os.WriteFile(filepath.Join(link, "fees.yaml"), []byte(text), 0o644))
	}
	do(os.Symlink(first, link))
	h, log := emptyHouse(t, link)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	asked, done := make(chan os.Signal, 1), make(chan struct{})
	go func() { h.watch(ctx, asked); close(done) }()
	defer func() { cancel(); <-done }()
	says := func(what string, times int) {
		t.Helper()
		for strings.Count(log.String(), what) < times {
			if pause(ctx) != nil {
				t.Fatalf("not said %d times: %q:\n%s", times, what, log.String())
			}
		}
	}
	const refused = "the content is not taken"
	says(refused, 1)
	touch("one: 1")
	says(refused, 2)

	// Another folder in its place is seen without a signal.
	do(os.Symlink(filepath.Join("elsewhere", "second"), link+".new"))
	do(os.Rename(link+".new", link))
	touch("two: 2")
	says(refused, 3)
	touch("three: 3")
	says(refused, 4)

	// So is the folder that comes back.
	do(os.Rename(link, link+".away"))
	says(refused, 5)
	says("not all of the practice's files are watched", 1)
	do(os.Rename(link+".away", link))
	says("are watched again", 1)
	says(refused, 6)
	touch("four: 4")
	says(refused, 7)

	// And a signal finds new folders.
	do(os.Rename(link, link+".away"))
	says("not all of the practice's files are watched", 2)
	asked <- syscall.SIGHUP
	do(os.Rename(link+".away", link))
	asked <- syscall.SIGHUP
	says("are watched again", 2)
}

// What did not pass is proved once, unless somebody asks.
func TestRefusedIsProvedOnce(t *testing.T) {
	t.Parallel()
	folder := signedPractice(t)
	h, log := emptyHouse(t, folder)
	proved := 0
	h.proofs.prove = func(fs.FS, time.Time) error { proved++; return errors.New("dialogs/a.yaml:1:1: it is bad: mend it") }
	do := func(asked bool, want int) {
		t.Helper()
		h.reload(t.Context(), h.rooms[0], asked)
		if proved != want {
			t.Errorf("proved %d times, want %d", proved, want)
		}
	}
	// Not as it ships, or nobody proves it.
	if err := os.CopyFS(filepath.Join(folder, "dialogs"), os.DirFS("../../content/dialogs")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "dialogs", "declined.yaml"), []byte(shippedWith(t, "dialogs/declined.yaml", "# mine\n")), 0o644); err != nil {
		t.Fatal(err)
	}
	do(false, 1)
	do(false, 1)
	replaceIn(t, filepath.Join(folder, "practice.yaml"), "+1 ", "+44 ") // the content is the same
	do(false, 1)
	do(true, 2)
	if got := log.String(); !strings.Contains(got, "it is bad") {
		t.Errorf("said %q", got)
	}
}

// signedPractice is a folder as "anteroom init" writes it.
func signedPractice(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "practice")
	anteroom(t, "init", "-signed-by", "Dr Ana Reyes", folder)
	return folder
}

func shippedWith(t *testing.T, name, more string) string {
	t.Helper()
	text, err := fs.ReadFile(content.Files, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text) + more
}

// What the channels were made with stays until a restart, and the operator is
// told so; clients are told of copies as they are made.
func TestAfterRestart(t *testing.T) {
	t.Parallel()
	folder := signedPractice(t)
	h, _ := emptyHouse(t, folder)
	h.cfg = config{TelegramToken: "123456789:" + strings.Repeat("A", 30), SlackBotToken: "xoxb-1", SlackAppToken: "xapp-1", SlackChannel: "C0123"}
	r := h.rooms[0]
	before, err := h.read(t.Context(), r, false, true)
	if err != nil {
		t.Fatal(err)
	}
	r.edition, r.begun, r.telegram, r.slack = before, before, new(telegram.Telegram), new(slack.Slack)
	if got := r.afterRestart(before); len(got) > 0 {
		t.Errorf("got %q of what did not change", got)
	}
	text, err := os.ReadFile(filepath.Join(folder, "practice.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	changed := regexp.MustCompile(`(?m)^zone: .*`).ReplaceAllString(string(text), "zone: Asia/Tokyo")
	changed = strings.Replace(changed, "disclosure: "+before.shown, "disclosure: channel", 1)
	if err := os.WriteFile(filepath.Join(folder, "practice.yaml"), []byte(changed), 0o644); err != nil {
		t.Fatal(err)
	}
	english := shippedWith(t, "texts/en.yaml", "")
	_, menu, _ := strings.Cut(english, "\ncommands:\n")
	line, _, _ := strings.Cut(menu, "\n")
	word, _, _ := strings.Cut(line, ":")
	if err := os.WriteFile(filepath.Join(folder, "texts", "en.yaml"), []byte(strings.Replace(english, line, word+": Otherwise", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	h.cfg.SlackChannel = "C0124"
	after, err := h.read(t.Context(), r, false, true)
	if err != nil {
		t.Fatal(err)
	}
	dressed := r.dressed(after.practice)
	want := []string{"tokens and channels", "slack.disclosure", "zone", "the commands that Telegram lists"}
	if diff := cmp.Diff(r.afterRestart(after), want); diff != "" {
		t.Errorf("(-got +want):\n%s", diff)
	}
	if got := dressed.Slack.Disclosure; got != before.shown {
		t.Errorf("Slack is shown %q, want as before %q", got, before.shown)
	}
	if diff := cmp.Diff(dressed.Copies, r.dressed(before.practice).Copies); diff != "" {
		t.Errorf("clients are told of other copies (-got +want):\n%s", diff)
	}
}

// A token that changed is noticed where nothing else did.
func TestTokenFileChanged(t *testing.T) {
	t.Parallel()
	folder := signedPractice(t)
	token := secretFile(t, folder, "telegram.token", "123456789:"+strings.Repeat("A", 30))
	replaceIn(t, filepath.Join(folder, "practice.yaml"), `  token_file: ""`, "  token_file: telegram.token")
	h, log := emptyHouse(t, folder)
	h.cfg = config{SlackBotToken: "xoxb-1", SlackAppToken: "xapp-1", SlackChannel: "C0123"}
	r := h.rooms[0]
	e, err := h.read(t.Context(), r, false, true)
	if err != nil {
		t.Fatal(err)
	}
	r.edition, r.begun = e, e
	h.reload(t.Context(), r, true)
	if got := log.String(); strings.Contains(got, "restart") || !strings.Contains(got, "as before") {
		t.Errorf("of what did not change: said %q", got)
	}
	if err := os.WriteFile(token, []byte("123456789:"+strings.Repeat("B", 30)), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		h.reload(t.Context(), r, false)
	}
	if got := strings.Count(log.String(), `changed="tokens and channels"`); got != 1 {
		t.Errorf("said %d times that the token changed, want once: %s", got, log.String())
	}
}

// A token that stands where the name of a file belongs is not repeated.
func TestPastedToken(t *testing.T) {
	t.Parallel()
	for _, token := range []string{
		"123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc", "xoxb-" + "2345678901-2345678901234-AbCdEfGhIjKl", "xapp-" + "1-A0123456789-123456-abcdef",
	} {
		for _, path := range []string{token, "practice/" + token, "bot" + token} {
			_, err := readSecret("telegram.token_file", path)
			if err == nil || strings.Contains(err.Error(), token) || !strings.Contains(err.Error(), "telegram.token_file: a token stands where the name of a file belongs") {
				t.Errorf("got %v", err)
			}
		}
	}
	for _, name := range []string{"telegram.token", "/run/secrets/xoxb-token", "practice/12:00/slack.bot"} {
		if _, err := readSecret("telegram.token_file", name); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v, want an error that names it", name, err)
		}
	}
}
