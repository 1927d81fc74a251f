package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"testing/fstest"
	"time"

	"anteroom/bot"
	"anteroom/bot/care"
	"anteroom/bot/telegram"
	"anteroom/content"
	"anteroom/dialogs/safety"
	"anteroom/dialogs/script"
	"anteroom/scheduler"
)

// overlay reads a file from the practice's folder, and from what is built in
// where the practice has none of its own. A link that leads nowhere is one of
// its own.
type overlay struct{ own, builtin fs.FS }

func (o overlay) Open(name string) (fs.File, error) {
	info, err := o.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() && !info.Mode().IsRegular() { // to open a pipe is to wait
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("is no file")}
	}
	f, err := o.own.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return o.builtin.Open(name)
	}
	return f, err
}

// Stat follows links, and opens nothing.
func (o overlay) Stat(name string) (fs.FileInfo, error) {
	info, err := fs.Stat(o.own, name)
	if !errors.Is(err, fs.ErrNotExist) {
		return info, err
	}
	for at := name; at != "."; at = path.Dir(at) {
		if _, err := fs.Lstat(o.own, at); err != nil {
			continue
		}
		if _, err := fs.Stat(o.own, at); errors.Is(err, fs.ErrNotExist) {
			return nil, content.Problem{File: at, What: "this is a link that leads nowhere", Mend: "let it lead to the file, or delete it"}
		}
		break
	}
	return fs.Stat(o.builtin, name)
}

// ReadDir lists both, each name once.
func (o overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	own, err := fs.ReadDir(o.own, name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	builtin, err2 := fs.ReadDir(o.builtin, name)
	if err2 != nil && err != nil {
		return nil, err2
	}
	all := append(own, builtin...)
	slices.SortStableFunc(all, func(a, b fs.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	return slices.CompactFunc(all, func(a, b fs.DirEntry) bool { return a.Name() == b.Name() }), nil
}

// sampleFolder is where the built-in sample practice lies in the content.
const sampleFolder = "practice"

// loadPractice reads a practice's folder over the built-in content; an empty
// name is the built-in sample practice. Every problem is reported together.
func loadPractice(folder string) (*bot.Practice, *content.Directory, error) {
	files, err := filesOf(folder)
	if err != nil {
		return nil, nil, err
	}
	return readPractice(folder, files, false)
}

// filesOf is a practice's folder over the built-in content, as it stands at this
// moment, in the languages that the practice offers. Every command reads through
// it, so that all see the same.
func filesOf(folder string) (fstest.MapFS, error) {
	all, err := allFilesOf(folder)
	return inLanguages(all), err
}

// allFilesOf is the same in every language.
func allFilesOf(folder string) (fstest.MapFS, error) {
	if folder == "" {
		return snapshot(content.Files)
	}
	info, err := os.Stat(folder)
	if err != nil {
		return nil, usageError{fmt.Errorf("the practice folder %s: %w; write one with: anteroom init %s", folder, cause(err), folder)}
	}
	if !info.IsDir() {
		return nil, usageError{fmt.Errorf("the practice folder %s is a file; name the folder that \"anteroom init\" wrote", folder)}
	}
	all, err := snapshot(overlay{own: os.DirFS(folder), builtin: content.Files})
	if err != nil {
		return nil, usageError{inFolder(folder, err)}
	}
	return all, nil
}

// readPractice reads a practice from the files of its folder. Of content that
// was proved before, the safety rules are read later: see [lateScreen].
func readPractice(folder string, files fstest.MapFS, proved bool) (*bot.Practice, *content.Directory, error) {
	dir := "."
	if folder == "" {
		dir = sampleFolder
	}
	screen := lateScreen(sync.OnceValues(func() (*safety.Rules, error) { return readScreen(files) }))
	var lib *script.Library
	var screenErr, libErr error
	var reading sync.WaitGroup // these two are by far the most to read
	if !proved {
		reading.Go(func() { _, screenErr = screen() })
	}
	reading.Go(func() { lib, libErr = script.Load(files) })
	lines, linesErr := content.Helplines(files)
	texts, textsErr := readTexts(files)
	plays, playsErr := readPlays(files)
	reading.Wait()
	if err := errors.Join(libErr, linesErr, textsErr, screenErr, playsErr); err != nil {
		return nil, nil, usageError{inFolder(folder, err)}
	}
	rules, err := care.ReadPractice(files, dir, vocabulary(lib))
	if err != nil {
		return nil, nil, usageError{inFolder(folder, err)}
	}
	p := &bot.Practice{
		Practice: rules, Library: lib, Helplines: helplines{lines}, Screen: screen, Plays: plays,
		Zone: rules.Zone, BotName: "Anteroom",
		Quiet: scheduler.Quiet{From: scheduler.Clock(rules.Quiet.From), To: scheduler.Clock(rules.Quiet.To)},
		Texts: make(map[string]bot.Texts, len(texts)),
	}
	if name := rules.Telegram.Username; name != "" {
		p.Links = map[bot.ChannelName]string{telegram.Name: "https://t.me/" + name + "?start="}
	}
	for lang, t := range texts {
		p.Texts[lang] = t.In(rules.FormOfAddress)
	}
	for _, lang := range rules.ChatLanguages {
		if _, ok := texts[lang]; !ok {
			return nil, nil, usageError{inFolder(folder, fmt.Errorf("practice.yaml: chat_languages: nothing is written in %q: use some of %s", lang, strings.Join(content.Languages(files), ", ")))}
		}
	}
	if _, ok := texts[rules.Language]; !ok {
		return nil, nil, usageError{inFolder(folder, fmt.Errorf("practice.yaml: language: nothing is written in %q: use one of %s", rules.Language, strings.Join(content.Languages(files), ", ")))}
	}
	if p.Hours, err = openingHours(rules); err != nil {
		return nil, nil, usageError{inFolder(folder, fmt.Errorf("practice.yaml: hours: %w", err))}
	}
	if missing := p.Missing(); len(missing) > 0 {
		return nil, nil, usageError{fmt.Errorf("texts/en.yaml lacks: %s; write them as in the texts/en.yaml that anteroom init writes into a new folder", strings.Join(missing, ", "))}
	}
	return p, lines, nil
}

// lateScreen is the safety rules of a practice, read once, when they are first
// asked for. Rules that were proved before take longer to read than all else
// that a service needs before it may take messages in, so it begins with that;
// no message is handled before they are there.
type lateScreen func() (*safety.Rules, error)

// Screen waits for the rules. It never says that nothing was found because they
// could not be read.
func (s lateScreen) Screen(text string) []safety.Finding {
	rules, err := s()
	if err != nil {
		panic(fmt.Sprintf("the safety rules were proved, and cannot be read: %v", err))
	}
	return rules.Screen(text)
}

// lastScreen is what was read last: content is read again at every reload, and
// its safety rules have seldom changed.
var lastScreen struct {
	sync.Mutex
	hash  string
	rules *safety.Rules
}

// readScreen reads the rules of the safety screen.
func readScreen(files fstest.MapFS) (*safety.Rules, error) {
	hash := hashOf(files, func(name string) bool { return strings.HasPrefix(name, "safety/") })
	lastScreen.Lock()
	defer lastScreen.Unlock()
	if lastScreen.rules != nil && lastScreen.hash == hash {
		return lastScreen.rules, nil
	}
	rules, err := safety.Load(files)
	if err == nil {
		lastScreen.hash, lastScreen.rules = hash, rules
	}
	return rules, err
}

// readTexts reads the service's own texts in every language.
func readTexts(files fs.FS) (map[string]*content.Texts, error) {
	all := make(map[string]*content.Texts)
	var problems []error
	for _, lang := range content.Languages(files) {
		texts, err := content.Service(files, lang)
		all[lang], problems = texts, append(problems, err)
	}
	return all, errors.Join(problems...)
}

func inFolder(folder string, err error) error {
	if folder == "" {
		return fmt.Errorf("the built-in content: %w", err)
	}
	return fmt.Errorf("in %s:\n%w", folder, err)
}

func vocabulary(lib *script.Library) care.Vocabulary {
	ids := func(list string) []string {
		l, ok := lib.List(list)
		if !ok {
			return nil
		}
		var ids []string
		for _, o := range l.In("en").All {
			ids = append(ids, o.ID)
		}
		return ids
	}
	return care.Vocabulary{Topics: ids("topics"), Treatments: ids("treatments"), Languages: ids("languages"), Times: ids("times"), Boosters: bot.BoostersOffered(lib),
		Cadence: func(text string) error {
			_, err := scheduler.ParseCadence(text)
			return err
		}}
}

func openingHours(p care.Practice) (scheduler.Hours, error) {
	week := make(map[time.Weekday][]scheduler.Span)
	for day, spans := range p.OpenHours {
		for _, s := range spans {
			week[day] = append(week[day], scheduler.Span{From: scheduler.Clock(s.From), To: scheduler.Clock(s.To)})
		}
	}
	var holidays []scheduler.Date
	for _, d := range p.Holidays {
		day, err := scheduler.ParseDate(string(d))
		if err != nil {
			return scheduler.Hours{}, err
		}
		holidays = append(holidays, day)
	}
	return scheduler.NewHours(p.Zone, week, holidays)
}

// helplines is the directory of the content as the service asks for it.
type helplines struct{ *content.Directory }

func (h helplines) Lines(lang, place string, kinds ...string) string {
	named := make([]content.Kind, len(kinds))
	for i, k := range kinds {
		named[i] = content.Kind(k)
	}
	return h.In(lang).Lines(place, named...)
}

func (h helplines) Most() []string { return h.First }

func (h helplines) Emergency(lang, place string) string { return h.In(lang).Emergency(place) }

// plays is the library of assignments as the service asks for it.
type plays struct {
	byID map[string]content.Assignment
	all  []bot.Play
}

func readPlays(files fs.FS) (plays, error) {
	all, err := content.Assignments(files)
	lib := plays{byID: make(map[string]content.Assignment, len(all))}
	for _, a := range all {
		lib.byID[a.ID] = a
		lib.all = append(lib.all, bot.Play{ID: a.ID, Title: a.In(care.BaseLanguage).Title, Series: a.Series,
			Variants: slices.DeleteFunc(slices.Clone(content.Variants[:]), func(v string) bool { return !a.Has(v) })})
	}
	return lib, err
}

func (p plays) All() []bot.Play { return p.all }

func (p plays) Has(id, variant string) bool {
	a, ok := p.byID[id]
	return ok && (variant == "" || a.Has(variant))
}

func (p plays) Title(id, form string) string {
	a, ok := p.byID[id]
	if !ok {
		return ""
	}
	return a.In(form).Title
}

func (p plays) Words(id, variant, form string) string {
	a, ok := p.byID[id]
	if !ok {
		return ""
	}
	return a.In(form).Message(variant)
}

func (p plays) Extra(id, form string) string {
	a, ok := p.byID[id]
	if !ok {
		return ""
	}
	return a.In(form).Report
}
