package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"golang.org/x/term"

	"anteroom/bot"
)

var replayCommand = command{
	run:  replay,
	name: "replay", args: "FILE…", short: "plays written conversations against the scripts, and shows what is said otherwise now",
	long: `A transcript is a conversation in a text file that a person can read and sign. "anteroom replay"
plays what was done in it against the whole service, and compares what comes of it with the
file. A folder stands for all transcripts (*.txt) in it. Exit code 1: something differs.

What is played:

  # a title and what it shows; any other remark
  > words                  the client writes
  > [Label]                the client presses that button under the last message
  > (voice note)           or photo, video, sticker, place, poll, contact, file, forward
  > (old button: Label)    a button under an earlier message
  > (forged button)        a press that was never ours
  > (changes a message to: words)
  > (uses the invite)      the last one that a client was given to pass on
  > (writes: words)        words that would otherwise read as one of these
  > (same again)           the messenger delivers the last one once more
  … as in short-path, as far as [Start]      what that transcript of the folder does up to there
  … as in short-path, from [Online] as far as [Send it]
  --- Kim                  from here on this person's chat; the first is called client
  --- Kim (es)             whose messenger speaks Spanish
  @ +26h                   the clock moves (or +9d), and what falls due happens at its time
  = summary ana            what that therapist reads now
  = ana: offer times 2026-12-03 10:00, 2026-12-04 15:00; with ruth; note: words; because: words
  = ana: asks for a partner
  = due                    what is planned
  = practice: sam carries compulsive 5       before the first words

What came of it stands below: "<" what the bot says, with its buttons in brackets, "!" what
happens elsewhere, "|" the summary. To begin one, write the lines above and run -update; or
have a conversation with "anteroom chat -record FILE".

The clock starts on Monday 23 November 2026 at 10:00, where the practice is.

  anteroom replay -practice DIR DIR/transcripts
  anteroom replay -update intake.txt       writes anew what is said
  anteroom replay -coverage transcripts    what no transcript touches`,
}

func replay(ctx context.Context, p *program, c command, args []string) error {
	fl := newFlags("replay")
	read := p.settingsOf(fl, "practice")
	update := fl.Bool("update", false, "write anew what the bot says in the transcripts")
	cover := fl.Bool("coverage", false, "print which steps, answers, branches and languages no transcript touched")
	format := fl.String("coverage-format", "", "`FORMAT` of the coverage: text or json; with json nothing else goes to standard output")
	if err := p.parse(c, fl, args, -1); err != nil {
		return err
	}
	switch *format {
	case "", "text", "json":
	default:
		return usageError{fmt.Errorf("-coverage-format is %q: use text or json", *format)}
	}
	if fl.NArg() == 0 {
		return usageError{errors.New("name a transcript or a folder of them: anteroom replay FILE…")}
	}
	cfg, err := read()
	if err != nil {
		return err
	}
	files, err := listTranscripts(fl.Args())
	if err != nil {
		return err
	}
	practice, _, err := loadPractice(cfg.Practice)
	if err != nil {
		return err
	}
	pl, err := newPlayer(practice)
	if err != nil {
		return err
	}
	r := replayer{player: pl, update: *update, out: p.stdout, coverage: newCoverage(practice.Library)}
	if *format == "json" {
		r.out = p.stderr
	}
	if f, ok := r.out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			r.width = width
		}
		r.colour = os.Getenv("NO_COLOR") == ""
	}
	sound, err := r.all(ctx, files)
	if err != nil {
		return err
	}
	switch {
	case *format == "json":
		err = r.coverage.report().json(p.stdout)
	case *cover || *format == "text":
		err = r.coverage.report().text(p.stdout)
	}
	if err == nil && !sound {
		err = errFound
	}
	return err
}

// replayer plays files and says what came of each.
type replayer struct {
	player   *player
	update   bool
	out      io.Writer
	width    int
	colour   bool
	coverage *coverage
}

// played is what came of one file.
type played struct {
	file  *transcript
	play  *play
	err   error
	trail *trail
}

// all plays the files, as many at once as there are processors, and reports
// them in their order. It tells whether all was as it stands there.
func (r *replayer) all(ctx context.Context, files []string) (sound bool, err error) {
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	results := make([]chan played, len(files))
	for i := range files {
		results[i] = make(chan played, 1)
	}
	go func() {
		for i, path := range files {
			slots <- struct{}{}
			go func() {
				results[i] <- r.one(ctx, path)
				<-slots
			}()
		}
	}()
	good := 0
	for i, path := range files {
		done := <-results[i]
		if ctx.Err() != nil {
			err = context.Cause(ctx) // whatever was begun is waited for
			continue
		}
		r.coverage.add(done.trail)
		if r.say(path, done) {
			good++
		}
	}
	if err != nil {
		return false, err
	}
	if len(files) > 1 {
		fmt.Fprintf(r.out, "%d transcripts, %d as they stand\n", len(files), good)
	}
	return good == len(files), nil
}

func (r *replayer) one(ctx context.Context, path string) (done played) {
	if done.file, done.err = readTranscript(path); done.err != nil {
		return done
	}
	done.trail = newTrail(r.player.practice.Library)
	if done.play, done.err = r.player.play(ctx, done.file, done.trail.note); done.err == nil {
		done.err = done.trail.err
	}
	return done
}

// say reports one file, and writes it anew where that is wanted.
func (r *replayer) say(path string, done played) (good bool) {
	if done.err != nil {
		fmt.Fprintln(r.out, done.err)
		return false
	}
	good = true
	for _, l := range done.play.leaks {
		good = false
		fmt.Fprintf(r.out, "%s:%d: the answer “%s” may never stand in a chat, and is said again here\n", path, l.line, l.label)
	}
	got := done.play.out.String()
	switch diff := differences(path, done.file.text, got); {
	case diff == "":
		if good {
			fmt.Fprintf(r.out, "ok       %s\n", path)
		}
	case r.update:
		if err := done.file.rewrite([]byte(got)); err != nil {
			fmt.Fprintf(r.out, "%s: it cannot be written: %v\n", path, cause(err))
			return false
		}
		fmt.Fprintf(r.out, "written  %s\n", path)
	default:
		good = false
		fmt.Fprintf(r.out, "differs  %s\n", path)
		printDifferences(r.out, diff, r.width, r.colour)
	}
	return good
}

// touched lists the steps that a transcript passes, by dialog. A step of a
// called dialog stands under the ids that it has in the caller, and under its
// own id in the dialog that it is written in.
func touched(ctx context.Context, practice *bot.Practice, file string) (map[string][]string, error) {
	t, err := readTranscript(file)
	if err != nil {
		return nil, err
	}
	pl, err := newPlayer(practice)
	if err != nil {
		return nil, err
	}
	trail := newTrail(practice.Library)
	if _, err := pl.play(ctx, t, trail.note); err != nil {
		return nil, err
	}
	return trail.steps(), trail.err
}
