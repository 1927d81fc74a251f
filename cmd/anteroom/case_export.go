package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"filippo.io/age"
	"golang.org/x/term"

	"anteroom/bot"
	"anteroom/bot/care"
	"anteroom/bot/record"
)

// caseVerbs are the commands of "anteroom case" that take a case and flags of
// their own.
var caseVerbs = map[string]func(context.Context, *program, command, []string) error{
	"ack": acknowledge, "export": caseExport, "disclose": caseDisclose, "release": caseRelease, "unlock": caseUnlock, "erase": caseErase, "steer": caseSteer, "brief": caseBrief,
}

// caseSettings are the settings that they all take.
var caseSettings = []string{"practice", "store", "key-file", "vault", "log-level", "log-format"}

// onCase reads the flags of a verb, which may stand before and behind the case.
func onCase(p *program, c command, fl *flag.FlagSet, verb string, args []string) (care.CaseID, error) {
	if err := p.parse(c, fl, args, -1); err != nil {
		return "", err
	}
	wrong := usageError{fmt.Errorf("write: anteroom case %s CASE …; see anteroom help case", verb)}
	if fl.NArg() == 0 {
		return "", wrong
	}
	id, err := care.ParseCaseID(fl.Arg(0))
	if err != nil {
		return "", usageError{fmt.Errorf("%q is not a case id: they look like K7Q-42, and anteroom case list shows them", fl.Arg(0))}
	}
	if err := p.parse(c, fl, fl.Args()[1:], -1); err != nil {
		return "", err
	}
	if fl.NArg() > 0 {
		return "", wrong
	}
	return id, nil
}

// caseExport locks a whole case for those who are named.
func caseExport(ctx context.Context, p *program, c command, args []string) error {
	fl := newFlags("case export")
	read := p.settingsOf(fl, caseSettings...)
	to := fl.String("to", "", "`WHO` can open it: therapists by their ids in the roster, or their public keys of age (age1…) as they stand there, comma-separated")
	out := fl.String("o", "", "the `FILE` to write; - for a pipe")
	format := fl.String("format", "all", "html, fhir, json, or all of them as one zip")
	id, err := onCase(p, c, fl, "export", args)
	if err != nil {
		return err
	}
	return p.lockUp(ctx, read, true, *to, *out, *format, func(s *bot.Service, keys string, readers []care.TherapistID) (record.Record, error) {
		return s.Export(ctx, id, operator(), keys, readers...)
	}, id)
}

// caseDisclose locks what a client allowed to be told, for a third party.
func caseDisclose(ctx context.Context, p *program, c command, args []string) error {
	fl := newFlags("case disclose")
	read := p.settingsOf(fl, caseSettings...)
	number := fl.Int("release", 0, "the `NUMBER` of the release that allows it")
	to := fl.String("to", "", "`WHO` can open it: public keys of age (age1…), comma-separated")
	out := fl.String("o", "", "the `FILE` to write; - for a pipe")
	format := fl.String("format", "all", "html, fhir, json, or all of them as one zip")
	id, err := onCase(p, c, fl, "disclose", args)
	if err != nil {
		return err
	}
	if *number < 1 {
		return usageError{errors.New("-release is missing: name by its number a release that the client signed; nothing leaves for anybody else without one")}
	}
	return p.lockUp(ctx, read, false, *to, *out, *format, func(s *bot.Service, keys string, _ []care.TherapistID) (record.Record, error) {
		return s.Disclose(ctx, id, *number, operator(), keys)
	}, id)
}

// lockUp has a record made and writes it where only the holders of the keys can
// read it; ours says that those are therapists of the roster. Nothing readable touches a disk, and everything that can be refused
// is refused before the record is made, for making it is on the case's log.
func (p *program) lockUp(ctx context.Context, read func() (config, error), ours bool, to, out, format string,
	make func(s *bot.Service, keys string, readers []care.TherapistID) (record.Record, error), id care.CaseID,
) error {
	cfg, err := read()
	if err != nil {
		return err
	}
	if !slices.Contains([]string{"html", "fhir", "json", "all"}, format) {
		return usageError{fmt.Errorf("-format is %q: use html, fhir, json or all", format)}
	}
	if cfg.Practice == "" {
		return usageError{errors.New("-practice is missing: name the folder that \"anteroom init\" wrote")}
	}
	practice, _, err := loadPractice(cfg.Practice)
	if err != nil {
		return err
	}
	who, err := recipients(practice, ours, to)
	if err != nil {
		return err
	}
	if err := p.mayWrite(out); err != nil {
		return err
	}
	s, done, err := p.service(ctx, cfg)
	if err != nil {
		return err
	}
	defer done()
	r, err := make(s, who.named(), who.readers)
	if err != nil {
		return p.caseProblem(id, err)
	}
	plain, err := inFormat(r, format)
	if err != nil {
		return err
	}
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, who.keys...)
	if err == nil {
		_, err = w.Write(plain)
	}
	if err == nil {
		err = w.Close()
	}
	clear(plain)
	if err != nil {
		return fmt.Errorf("lock the record: %w", err)
	}
	if err := p.place(out, sealed.Bytes()); err != nil {
		return err
	}
	if out != "-" {
		fmt.Fprintf(p.stdout, "wrote %s for %s; it is in the log of the case\nThey open it with: age -d -i THEIR-KEY-FILE %s\n", out, who.named(), out)
	}
	return nil
}

// caseProblem words why a case could not be had.
func (p *program) caseProblem(id care.CaseID, err error) error {
	switch {
	case errors.Is(err, bot.ErrNoCase):
		fmt.Fprintf(p.stderr, "anteroom case: there is no case %s; see: anteroom case list\n", id)
	case errors.Is(err, bot.ErrNoChat):
		fmt.Fprintf(p.stderr, "anteroom case: %v: %s; see: anteroom case list\n", err, id)
	case errors.Is(err, bot.ErrNotLocked):
		fmt.Fprintf(p.stderr, "anteroom case: %s has no PIN and no pause word, and nobody left its chat by quick exit: nothing was changed\n", id)
	case errors.Is(err, bot.ErrNotAllowed):
		fmt.Fprintf(p.stderr, "anteroom case: somebody named with -to may not see case %s: they read no new intakes and have no part in it\n", id)
	case errors.Is(err, care.ErrNotReleased):
		fmt.Fprintf(p.stderr, "anteroom case: that release of case %s is not in force: it was never signed, was taken back, or has ended\n", id)
	default:
		return err
	}
	return errFound
}

// audience is who can open a file.
type audience struct {
	keys    []age.Recipient
	names   []string // as they were given: an id of the roster, or a short form of the key
	readers []care.TherapistID
}

func (a audience) named() string { return strings.Join(a.names, ", ") }

// recipients reads whom a file is for. Where they must be ours, a key is that of
// a therapist of the roster, and stands for them: whether they may see the case is
// asked however they are named, and a whole record goes to nobody else.
func recipients(p *bot.Practice, ours bool, to string) (audience, error) {
	var a audience
	var problems []error
	for who := range strings.SplitSeq(to, ",") {
		who = strings.TrimSpace(who)
		if who == "" {
			continue
		}
		key, name := who, who
		if i := slices.IndexFunc(p.Therapists, func(t care.Therapist) bool { return t.Age == who }); ours && i >= 0 {
			who, name = string(p.Therapists[i].ID), string(p.Therapists[i].ID)
		}
		if t, ok := p.Therapist(care.TherapistID(who)); ok {
			if t.Age == "" {
				problems = append(problems, fmt.Errorf("-to %s: roster.yaml has no public key of theirs: they run age-keygen and give you the line age1…, which you write as age: age1…", who))
				continue
			}
			key = t.Age
			a.readers = append(a.readers, t.ID)
		} else if strings.HasPrefix(strings.ToUpper(who), "AGE-SECRET-KEY-") {
			problems = append(problems, errors.New("-to: this is a secret key, which should be nowhere but with its owner: make a new one, and give its public key, age1…"))
			continue
		} else if !strings.HasPrefix(who, "age1") {
			problems = append(problems, fmt.Errorf("-to %q: nobody in the roster has this id, and it is no public key of age: write an id of roster.yaml, or age1…", who))
			continue
		} else if len(who) > 16 {
			name = who[:12] + "…" + who[len(who)-4:]
		}
		keys, err := age.ParseRecipients(strings.NewReader(key))
		if err != nil {
			problems = append(problems, fmt.Errorf("-to %s: not a whole public key of age: copy the line age1… that age-keygen prints", name))
			continue
		}
		if ours && !slices.Contains(a.readers, care.TherapistID(who)) {
			problems = append(problems, fmt.Errorf("-to %s: nobody in the roster has this key, and a whole record goes to nobody else: write it into roster.yaml as age: of whose it is; to others goes what a client signed for, with anteroom case disclose", name))
			continue
		}
		a.keys, a.names = append(a.keys, keys...), append(a.names, name)
	}
	if len(a.keys) == 0 && len(problems) == 0 {
		problems = append(problems, errors.New("-to is missing: a record leaves only for somebody's own key; write -to age1… or the id of a therapist who has one in roster.yaml"))
	}
	return a, joinUsage(problems)
}

// mayWrite refuses what must not be written to.
func (p *program) mayWrite(out string) error {
	if out == "" {
		return usageError{errors.New("-o is missing: name the file to write, as in -o record.age")}
	}
	if out == "-" {
		if f, ok := p.stdout.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
			return usageError{errors.New("-o -: a locked file is nothing for a terminal: name a file, or send it into a pipe")}
		}
		return nil
	}
	switch _, err := os.Lstat(out); {
	case err == nil:
		return usageError{fmt.Errorf("-o %s: it is there already, and is not written over: choose another name", out)}
	case !errors.Is(err, fs.ErrNotExist):
		return usageError{fmt.Errorf("-o %s: %w", out, cause(err))}
	}
	dir := filepath.Dir(out)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return usageError{fmt.Errorf("-o %s: there is no folder %s: make it first", out, dir)}
	}
	return nil
}

// place writes a file that only its owner may read, all of it or nothing, and
// never over another.
func (p *program) place(out string, data []byte) (err error) {
	if out == "-" {
		_, err = p.stdout.Write(data)
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(out), ".anteroom-*") // mode 0600
	if err != nil {
		return fmt.Errorf("write %s: %w", out, cause(err))
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Sync()
	}
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Link(tmp.Name(), out) // unlike a rename, it refuses a file that came meanwhile
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", out, cause(err))
	}
	return nil
}

// inFormat writes a record out in one form, or in all of them as a zip.
func inFormat(r record.Record, format string) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range bot.RecordForms() {
		if format != "all" && format != f.Name {
			continue
		}
		data, err := f.Write(r)
		if err != nil || format == f.Name {
			return data, err
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.File, Method: zip.Deflate, Modified: r.Made})
		if err == nil {
			_, err = w.Write(data)
		}
		if err != nil {
			return nil, fmt.Errorf("pack %s: %w", f.File, err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("pack the record: %w", err)
	}
	return b.Bytes(), nil
}

// caseRelease asks the client of a case for a release.
func caseRelease(ctx context.Context, p *program, c command, args []string) error {
	fl := newFlags("case release")
	read := p.settingsOf(fl, caseSettings...)
	to := fl.String("to", "", "`WHO` is to be told, in words that the client reads: \"Dr. Grey, my family doctor\"")
	fields := fl.String("fields", "", "what they are to know, comma-separated: "+strings.Join(fieldNames(), ", "))
	why := fl.String("why", "", "the `REASON`, in words that the client reads")
	as := fl.String("as", "", "the `THERAPIST` who asks, by the id in the roster; unset: the practice")
	id, err := onCase(p, c, fl, "release", args)
	if err != nil {
		return err
	}
	var problems []error
	asked, err := care.ReadReleaseFields(strings.FieldsFunc(*fields, func(r rune) bool { return r == ',' || r == ' ' }))
	if err != nil {
		problems = append(problems, fmt.Errorf("-fields %q: name some of %s", *fields, strings.Join(fieldNames(), ", ")))
	}
	for name, words := range map[string]*string{"-to": to, "-why": why} {
		if *words = strings.TrimSpace(*words); *words == "" {
			problems = append(problems, fmt.Errorf("%s is missing: the client reads it and decides", name))
		}
	}
	if len([]rune(*to)) > 200 || len([]rune(*why)) > 500 {
		problems = append(problems, errors.New("-to takes 200 letters and -why 500: write it shorter"))
	}
	if err := joinUsage(problems); err != nil {
		return err
	}
	cfg, err := read()
	if err != nil {
		return err
	}
	if *as != "" {
		if practice, _, err := loadPractice(cfg.Practice); err != nil {
			return err
		} else if _, ok := practice.Therapist(care.TherapistID(*as)); !ok {
			return usageError{fmt.Errorf("-as %q: nobody in the roster has this id: write one of roster.yaml", *as)}
		}
	}
	s, done, err := p.service(ctx, cfg)
	if err != nil {
		return err
	}
	defer done()
	if err := s.AskRelease(ctx, id, operator(), care.TherapistID(*as), *to, asked, *why); err != nil {
		return p.caseProblem(id, err)
	}
	fmt.Fprintf(p.stdout, "queued: the client of %s is asked as soon as the service runs. Nothing leaves unless they sign.\n", id)
	return nil
}

func fieldNames() []string {
	var names []string
	for _, f := range care.ReleaseFields() {
		names = append(names, string(f))
	}
	return names
}

// waitForErasure is how long "case erase" waits to see it done.
const waitForErasure = 5 * time.Second

// caseUnlock takes a forgotten PIN or pause word away.
func caseUnlock(ctx context.Context, p *program, c command, args []string) error {
	fl := newFlags("case unlock")
	read := p.settingsOf(fl, caseSettings...)
	id, err := onCase(p, c, fl, "unlock", args)
	if err != nil {
		return err
	}
	cfg, err := read()
	if err != nil {
		return err
	}
	s, done, err := p.service(ctx, cfg)
	if err != nil {
		return err
	}
	defer done()
	found, err := s.Unlock(ctx, id, operator())
	if err != nil {
		return p.caseProblem(id, err)
	}
	fmt.Fprintf(p.stdout, "%s: as soon as \"anteroom serve\" runs this is taken away: %s. The client is told when they next open the chat.\n", id, found)
	return nil
}

// caseErase erases a case and its chats, after a second word.
func caseErase(ctx context.Context, p *program, c command, args []string) error {
	fl := newFlags("case erase")
	read := p.settingsOf(fl, caseSettings...)
	yes := fl.Bool("yes", false, "do not ask again")
	id, err := onCase(p, c, fl, "erase", args)
	if err != nil {
		return err
	}
	cfg, err := read()
	if err != nil {
		return err
	}
	s, done, err := p.service(ctx, cfg)
	if err != nil {
		return err
	}
	defer done()
	if there, err := s.HasCase(ctx, id); err != nil {
		return err
	} else if !there {
		return p.caseProblem(id, bot.ErrNoCase)
	}
	if !*yes {
		fmt.Fprintf(p.stderr, "This erases case %s, its chats and the keys that can read them, whatever the law makes you keep. It cannot be undone.\nWrite the number of the case to go on: ", id)
		line, _ := bufio.NewReader(io.LimitReader(p.stdin, 100)).ReadString('\n')
		if again, err := care.ParseCaseID(strings.TrimSpace(line)); err != nil || again != id {
			fmt.Fprintln(p.stderr, "\nanteroom case: that is not the number of the case; nothing was erased")
			return errFound
		}
	}
	if err := s.EraseCase(ctx, id, operator()); err != nil {
		return p.caseProblem(id, err)
	}
	for end := time.After(waitForErasure); ; {
		if there, err := s.HasCase(ctx, id); err != nil {
			return err
		} else if !there {
			fmt.Fprintf(p.stdout, "erased: case %s, and its key; its chats go with it\n", id)
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-end:
			fmt.Fprintf(p.stdout, "queued: case %s is erased as soon as the service runs\n", id)
			return nil
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// operator is who works at the command line, for the log of a case.
func operator() string {
	if u, err := user.Current(); err == nil {
		return "command line (" + u.Username + ")"
	}
	return "command line"
}
