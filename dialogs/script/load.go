package script

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
)

// Library is all the dialogs and lists of one content folder, compiled. It
// is read-only and may be used by many goroutines at once.
type Library struct {
	Hash string // of every file, in hexadecimal

	dialogs   map[string]*Dialog
	lists     map[string]*List
	languages []string
	formal    map[string]bool // languages with two forms of address
	sources   map[string][]Source
	stale     []Problem
	unread    map[string]bool // translation files, and "FILE ID" of their steps and options
}

// Dialog is the dialog of that name.
func (l *Library) Dialog(name string) (*Dialog, bool) {
	d, ok := l.dialogs[name]
	return d, ok
}

// Names is the names of all dialogs, sorted.
func (l *Library) Names() []string { return keys(l.dialogs) }

// Lists is the names of all lists, sorted.
func (l *Library) Lists() []string { return keys(l.lists) }

// List is the list of that name.
func (l *Library) List(name string) (*List, bool) {
	list, ok := l.lists[name]
	return list, ok
}

// Load reads dialogs/*.yaml and lists/*.yaml under fsys, with what
// translations/LANG holds of both in the languages named, or in all when none
// is, and compiles them. When anything in the dialogs and lists is wrong, the
// error is Problems and there is no library. What is wrong with a translation
// is told by Stale; the original stands in its place.
func Load(fsys fs.FS, languages ...string) (*Library, error) {
	b := builder{
		raw:      make(map[string]*rawDialog),
		lists:    make(map[string]*List),
		compiled: make(map[string]*Dialog),
		open:     make(map[string]bool),
		sums:     make(map[string][]byte),
		said:     make(map[string][]*rawTranslation),
		unread:   make(map[string]bool),
	}
	if err := b.translations(fsys, languages); err != nil {
		return nil, err
	}
	lists, err := b.files(fsys, "lists")
	if err != nil {
		return nil, err
	}
	sources := make(map[string][]Source)
	for _, f := range lists {
		l := readList(f.path, f.data)
		b.problems = append(b.problems, l.problems...)
		// A list with a mistake still has a name that dialogs may use.
		b.lists[f.name] = l.compile(b.variants("lists/" + f.name))
		b.lists[f.name].unread = len(l.problems) > 0
		b.sums["list "+f.name] = f.sum[:]
		for _, o := range l.opts {
			sources["lists/"+f.name] = append(sources["lists/"+f.name], Source{o.id.name, sourceSum([]string{"label", o.label.name})})
		}
	}
	files, err := b.files(fsys, "dialogs")
	if err != nil {
		return nil, err
	}
	if len(files) == 0 && len(b.problems) == 0 {
		b.problems = append(b.problems, Problem{Place: Place{File: "dialogs"}, What: "there is no dialog", Mend: "write dialogs/NAME.yaml"})
	}
	raw, reading := make([]*rawDialog, len(files)), sync.WaitGroup{}
	for i, f := range files {
		reading.Go(func() { raw[i] = readDialog(f.path, f.data) })
	}
	reading.Wait()
	for i, f := range files {
		b.raw[f.name] = raw[i]
		b.sums[f.name] = f.sum[:]
		for _, s := range b.raw[f.name].steps {
			if texts := s.source(); len(texts) > 0 {
				sources["dialogs/"+f.name] = append(sources["dialogs/"+f.name], Source{s.id.name, sourceSum(texts)})
			}
		}
	}
	for _, name := range keys(b.raw) {
		b.dialog(name)
	}
	for _, name := range keys(b.raw) {
		b.problems = append(b.problems, b.raw[name].problems...)
	}
	b.matched(sources)
	if len(b.problems) > 0 {
		return nil, b.problems.sorted()
	}
	if b.partial != "" {
		return nil, fmt.Errorf("load scripts: the dialog %s is not whole, and nothing says why", b.partial)
	}
	all := sha256.New()
	for _, f := range slices.Concat(lists, files, b.translated) {
		fmt.Fprintf(all, "%s\n%x\n", f.path, f.sum)
	}
	return &Library{
		Hash: hex.EncodeToString(all.Sum(nil)), dialogs: b.compiled, lists: b.lists, sources: sources, stale: b.stale.sorted(), unread: b.unread,
		languages: append([]string{b.original()}, b.langs...), formal: b.formal(),
	}, nil
}

// original is the language that the dialogs are written in.
func (b *builder) original() string {
	for _, name := range keys(b.raw) {
		return b.raw[name].lang
	}
	return baseLanguage
}

// formal are the languages of which some text has two forms of address.
func (b *builder) formal() map[string]bool {
	out := map[string]bool{}
	for _, ts := range b.said {
		for _, t := range ts {
			if t.formal {
				out[t.lang] = true
			}
		}
	}
	return out
}

// matched checks the translations against what they translate.
func (b *builder) matched(sources map[string][]Source) {
	for _, name := range keys(b.said) {
		original := name + ".yaml"
		for _, t := range b.said[name] {
			kind, id, _ := strings.Cut(name, "/")
			_, isList := b.lists[id]
			if _, isDialog := b.raw[id]; kind == "lists" && !isList || kind == "dialogs" && !isDialog {
				t.report(pos{1, 1}, "there is no "+original+" that this could translate", "rename it, or delete it")
			} else if len(t.problems) == 0 {
				b.fit(t, original, sources[name])
			}
			b.stale = append(b.stale, t.problems...)
			t.mark(b.unread)
		}
	}
}

type builder struct {
	raw      map[string]*rawDialog
	lists    map[string]*List
	compiled map[string]*Dialog // nil for one that is being compiled, or has a mistake
	open     map[string]bool    // being compiled
	sums     map[string][]byte
	partial  string // a dialog that lacks something without a mistake of its own
	problems Problems

	langs      []string                     // that there are translations into, sorted
	said       map[string][]*rawTranslation // by "dialogs/intake", "lists/topics"
	translated []file
	stale      Problems
	unread     map[string]bool
}

type file struct {
	path, name string
	data       []byte
	sum        [sha256.Size]byte
}

// files reads the folder's YAML files, sorted by name. A folder that does
// not exist has none.
func (b *builder) files(fsys fs.FS, dir string) ([]file, error) {
	entries, err := fs.ReadDir(fsys, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("load scripts: %w", err)
	}
	var out []file
	for _, e := range entries {
		path := dir + "/" + e.Name()
		name, yaml := strings.CutSuffix(e.Name(), ".yaml")
		switch {
		case e.IsDir() || strings.HasPrefix(e.Name(), "."):
			continue
		case strings.HasSuffix(e.Name(), ".yml"):
			b.problems = append(b.problems, Problem{Place: Place{File: path}, What: "the name ends in .yml", Mend: "rename it to end in .yaml"})
			continue
		case !yaml:
			continue
		}
		data, err := read(fsys, path)
		if err != nil {
			return nil, fmt.Errorf("load scripts: %w", err)
		}
		out = append(out, file{path, name, data, sha256.Sum256(data)})
	}
	return out, nil
}

// read reads a file, and no more of it than shows that it is too large.
func read(fsys fs.FS, path string) ([]byte, error) {
	f, err := fsys.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, fileSize+1))
}

// dialog compiles one dialog after those it calls, once. It returns nil for
// one that has a mistake.
func (b *builder) dialog(name string) *Dialog {
	if d, done := b.compiled[name]; done {
		return d
	}
	b.compiled[name] = nil
	b.open[name] = true
	defer delete(b.open, name)
	raw := b.raw[name]
	for _, s := range raw.steps {
		switch {
		case s.op != Call || b.raw[s.target.name] == nil:
		case b.open[s.target.name]:
			raw.report(s.target.pos, fmt.Sprintf("the dialog %s leads back to %s", s.target.name, name), "call a dialog that does not come back here")
		default:
			b.dialog(s.target.name)
		}
	}
	c := newCompiler(b, raw)
	d := c.compile()
	if len(raw.problems) > 0 {
		return nil
	}
	if !c.whole {
		b.partial = name
	}
	d.Sum = b.sum(raw)
	b.compiled[name] = d
	return d
}

// sum is over the files that the dialog was compiled from.
func (b *builder) sum(raw *rawDialog) uint64 {
	from := map[string][]byte{}
	var add func(d *rawDialog)
	add = func(d *rawDialog) {
		if _, seen := from[d.name.name]; seen {
			return
		}
		from[d.name.name] = b.sums[d.name.name]
		for _, f := range d.facts {
			if f.list.given() {
				from["list "+f.list.name] = b.sums["list "+f.list.name]
			}
		}
		for _, s := range d.steps {
			if s.op == Call {
				add(b.raw[s.target.name])
			}
		}
	}
	add(raw)
	h := sha256.New()
	for _, k := range keys(from) {
		h.Write(from[k])
		name, list := strings.CutPrefix(k, "list ")
		kind := "dialogs/"
		if list {
			kind = "lists/"
		}
		for _, t := range b.said[kind+name] {
			h.Write(t.sum[:])
		}
	}
	return binary.BigEndian.Uint64(h.Sum(nil))
}
