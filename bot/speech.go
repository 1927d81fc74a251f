package bot

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"anteroom/dialogs"
	"anteroom/dialogs/script"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// tongue is one language that clients may choose, as a practice speaks it.
type tongue struct {
	lang             string // "es"
	form             string // with the way to speak to a person that the practice chose: "es-usted"
	name             string // as its speakers call it: "Español"
	tag              language.Tag
	texts            Texts
	weekdays, months []string
	heard            map[string]string // what the dialogs read typed words with; see [dialogs.WordsMonths]
}

// speech is what a practice says and understands. It is made once, when a
// service takes the practice on.
type speech struct {
	tongues   []*tongue         // the practice's own first
	commands  map[string]string // folded words of all languages, and the command that they mean
	languages map[string]string // folded names of the languages, in all of them
	asks      []asked           // questions about us
}

// asked are folded words that ask something about us, between spaces, and the text
// that answers.
type asked struct{ words, answer string }

// answersToAsked are the texts that answer; words that ask for one stand under
// its key with ".asks" behind it.
var answersToAsked = []string{"program", "readers", "confidential", "cost", "insurance", "duration"}

func newSpeech(p *Practice) *speech {
	s := &speech{commands: make(map[string]string), languages: make(map[string]string)}
	for _, lang := range slices.Sorted(maps.Keys(p.Texts)) {
		s.tongues = append(s.tongues, newTongue(p, lang))
	}
	own := s.tongue(p.Greets(""))
	s.tongues = append([]*tongue{own}, slices.DeleteFunc(s.tongues, func(g *tongue) bool { return g == own })...)
	for _, g := range s.tongues {
		for _, key := range commandKeys {
			for word := range g.words(key.text) {
				claim(s.commands, word, key.command)
			}
		}
		for _, answer := range answersToAsked {
			for words := range g.words(answer + ".asks") {
				s.asks = append(s.asks, asked{" " + words + " ", answer})
			}
		}
		claim(s.languages, script.Fold(g.name), g.lang)
		for word := range g.words("say.this-language") {
			claim(s.languages, word, g.lang)
		}
		for _, other := range append(s.tongues, &tongue{tag: language.English}) {
			if names := display.Languages(other.tag); names != nil {
				claim(s.languages, script.Fold(names.Name(g.tag)), g.lang)
			}
		}
		var countries []string
		for _, country := range wholes {
			for _, other := range s.tongues {
				countries = append(countries, country+"|"+other.say("places."+country))
			}
		}
		g.heard[dialogs.WordsWholes], g.heard[dialogs.WordsWhich] = strings.Join(countries, "\n"), g.say("which-place")
		for _, name := range dialogs.Heard {
			lines := []string{g.say(name)}
			for _, other := range s.tongues {
				if other != g {
					lines = append(lines, other.say(name))
				}
			}
			g.heard[name] = strings.Join(lines, "\n")
		}
	}
	return s
}

// newTongue readies one language. What its texts lack is said in the base
// language's.
func newTongue(p *Practice, lang string) *tongue {
	g := &tongue{lang: lang, form: lang, tag: language.Make(lang), texts: p.Texts[lang], heard: make(map[string]string)}
	if lang != baseLanguage {
		g.texts = fallback{g.texts, p.Texts[baseLanguage]}
	}
	if forms := p.Library.Forms(lang); len(forms) > 1 {
		g.form = forms[max(0, slices.Index(forms, lang+"-"+p.FormOfAddress))]
	}
	g.name = display.Self.Name(g.tag)
	if first, size := utf8.DecodeRuneInString(g.name); size > 0 {
		g.name = string(unicode.ToTitle(first)) + g.name[size:]
	}
	g.name = cmp.Or(g.name, lang)
	g.weekdays, g.months = strings.Split(g.say("words.weekdays"), "|"), strings.Split(g.say("words.months"), "|")
	g.heard[dialogs.WordsDate] = g.texts.Say("words.date.year", func(name string) string { return "{" + name + "}" })
	return g
}

// fallback says in the second texts what the first do not have.
type fallback struct{ Texts, base Texts }

func (f fallback) Has(key string) bool { return f.Texts.Has(key) || f.base.Has(key) }

func (f fallback) Say(key string, fill func(string) string) string {
	if f.Texts.Has(key) {
		return f.Texts.Say(key, fill)
	}
	return f.base.Say(key, fill)
}

// words are the words that stand in a text, parted by |, folded.
func (g *tongue) words(key string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if !g.texts.Has(key) {
			return
		}
		for word := range strings.SplitSeq(g.say(key), "|") {
			if word = script.Fold(word); word != "" && !yield(word) {
				return
			}
		}
	}
}

// claim gives a word its meaning, unless it has one.
func claim(words map[string]string, word, meaning string) {
	if _, taken := words[word]; !taken {
		words[word] = meaning
	}
}

// tongue is a language by its code; of one that is not spoken here, the base
// language.
func (s *speech) tongue(lang string) *tongue {
	base := s.tongues[0]
	for _, g := range s.tongues {
		switch g.lang {
		case lang:
			return g
		case baseLanguage:
			base = g
		}
	}
	return base
}

// commandKeys are the commands, and the texts that hold words for them.
var commandKeys = []struct{ text, command string }{
	{"say.start", "start"}, {"say.help", "help"}, {"say.back", "back"}, {"say.skip", "skip"}, {"say.change", "change"},
	{"say.pause", "pause"}, {"say.resume", "resume"}, {"say.stop", "stop"}, {"say.call", "call"}, {"say.now", "now"}, {"say.what", "what"},
	{"say.mydata", "mydata"}, {"say.forget", "forget"}, {"say.privacy", "privacy"}, {"say.language", "language"},
	{"say.release", "release"},
	{"say.x", "x"}, {"say.word", "word"}, {"say.pin", "pin"},
	{"say.invite", "invite"}, {"say.leave", "leave"},
	{"say.sessions", "sessions"}, {"say.session.there", sessionThere}, {"say.session.move", sessionMove}, {"say.session.cancel", sessionCancel},
	{"say.reminders", "reminders"},
	{"btn.back", "back"}, {"btn.call", "call"}, {"btn.now", "now"},
	{"btn.mydata.files", universalFiles}, {"btn.mydata.looks", universalLooks},
}

func commandTexts() (keys []string) {
	for _, k := range commandKeys {
		keys = append(keys, k.text)
	}
	return keys
}

// mostCommand bounds, in bytes, the words in which a command is looked for.
const mostCommand = 80

// command finds a command in what was typed, and the word behind it; bare says
// that it had no slash. An unknown one is "?". The command "language" has the
// language behind it, if one was named that is spoken here.
func (s *speech) command(text string) (command, arg string, bare bool) {
	text = strings.TrimSpace(text)
	if rest, slash := strings.CutPrefix(text, "/"); slash {
		word, arg, _ := strings.Cut(rest, " ")
		name, _, _ := strings.Cut(strings.ToLower(word), "@")
		command := commandWords[name]
		if command == "" {
			command, arg = s.meant(script.Fold(name), arg)
		}
		switch command {
		case "":
			return "?", "", false
		case "language":
			arg = s.named(arg)
		}
		return command, strings.TrimSpace(arg), false
	}
	if len(text) > mostCommand {
		return "", "", false
	}
	command, arg = s.meant(script.Fold(text), "")
	return command, arg, command != ""
}

// meant is the command that folded words mean.
func (s *speech) meant(words, arg string) (command, rest string) {
	if command := s.commands[words]; command != "" {
		return command, arg
	}
	if lang := s.languages[words]; lang != "" {
		return "language", lang
	}
	if first, last, ok := strings.Cut(words, " "); ok && s.commands[first] == "language" && s.named(last) != "" {
		return "language", s.named(last)
	}
	return "", ""
}

// named is the language of that name or code, empty where it is none of ours.
func (s *speech) named(name string) string {
	name = script.Fold(name)
	if g := s.tongue(name); g.lang == name {
		return name
	}
	return s.languages[name]
}

// asked is the text that answers a question about us in short words; empty where
// they ask none. What we are is asked in many ways; the other questions must end
// the message: "how long does it take until it works" asks something else.
func (s *speech) asked(text string) string {
	if len(text) > mostCommand {
		return ""
	}
	text = " " + script.Fold(text) + " "
	for _, a := range s.asks {
		if strings.HasSuffix(text, a.words) || a.answer == "program" && strings.Contains(text, a.words) {
			return a.answer
		}
	}
	return ""
}
