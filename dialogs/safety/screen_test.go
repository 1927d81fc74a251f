package safety_test

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anteroom/dialogs/safety"
)

// class is the most serious class of a text.
func class(r *safety.Rules, text string) safety.Class {
	if found := r.Screen(text); len(found) > 0 {
		return found[0].Class
	}
	return safety.None
}

// TestPairs holds words that alarm against words that look like them and do
// not.
func TestPairs(t *testing.T) {
	r := rules(t)
	for _, tt := range []struct {
		kind  string
		class safety.Class
		loud  string
		quiet string
	}{
		{"negation", safety.Crisis, "I want to kill myself", "I do not want to kill myself"},
		{"negation", safety.Crisis, "estoy pensando en suicidarme", "no estoy pensando en suicidarme"},
		{"a negation that ends", safety.Crisis, "I am not okay and I want to die", "I am not suicidal and never was"},
		{"a negation that is none", safety.Crisis, "I can't stop thinking about suicide", "I never think about suicide"},
		{"a negation of its own", safety.Crisis, "I don't want to live anymore", "I want to live with her"},
		{"a negation of its own", safety.Crisis, "no quiero vivir más", "quiero vivir con ella"},
		{"a negation of another language", safety.Crisis, "no more im gonna kill myself", "no im not suicidal"},
		{"history", safety.Crisis, "Last night I cut myself again", "Years ago I cut myself, that is behind me"},
		{"history", safety.Crisis, "He vuelto a cortarme", "De adolescente me cortaba, quedó atrás"},
		{"history", safety.IPV, "My husband hits me", "My ex used to hit me, I left him and I am safe now"},
		{"history", safety.IPV, "Mi marido me pega", "Mi ex me pegaba, lo dejé hace años"},
		{"subject", safety.Crisis, "My sister says she wants to die", "My sister died last year"},
		{"subject", safety.Crisis, "I am going to hang myself", "In the film she hangs herself"},
		{"subject", safety.Child, "My uncle abused me and now he babysits my niece", "My uncle abused me when I was a child, he is dead"},
		{"subject", safety.Child, "Mi tío abusó de mí y ahora cuida a mi sobrina", "Mi tío abusó de mí de niña, ya murió"},
		{"idiom", safety.Crisis, "I think about dying all day", "I am dying of embarrassment"},
		{"idiom", safety.Crisis, "me quiero morir", "me muero de vergüenza"},
		{"idiom", safety.Crisis, "I will kill him tonight", "This is killing our marriage"},
		{"idiom", safety.Crisis, "voy a matarlo esta noche", "la rutina está matando el deseo"},
		{"consent", safety.IPV, "He slapped me, I never agreed to it", "He slapped me during sex, we both agreed"},
		{"consent", safety.IPV, "me ahorca cuando se enoja", "me gusta que me ahorque, lo acordamos"},
		{"consent", safety.IPV, "I used the safeword and he kept going", "he always stops at the safeword"},
		{"the body", safety.Emergency, "I passed out when he choked me, we both agreed", "He chokes me lightly, we both agreed"},
		{"the body", safety.Emergency, "tomé viagra y me duele el pecho", "tomo viagra y me va bien"},
		{"the body", safety.Medical, "may I take poppers with viagra?", "may I take vitamins?"},
		{"asked for", safety.Solicitation, "do you offer happy endings?", "I want to stop seeing escorts"},
		{"asked for", safety.Solicitation, "mandame fotos desnuda", "mi novia me manda fotos desnuda"},
		{"age", safety.Child, "I'm 14 and my stepdad touches me", "I'm 34 and my husband touches me"},
		{"a pregnancy's age", safety.Child, "im 14 and 8 weeks pregnant by my uncle", "I am 14 weeks pregnant, sex hurts"},
		{"a pregnancy's age", safety.Child, "I am 12 and pregnant", "I am 9 months pregnant and my husband wants sex"},
		{"a pregnancy's age", safety.Child, "tengo 13 años y mi padrastro me toca", "tengo 8 meses de embarazo"},
		{"a mark is no age", safety.Child, "mi tío molesta a mi hermana de 7", "Me molesta un 7 de 10"},
		{"children with their ages", safety.Child, "mi padrastro toca a mi hermana de 9", "tenemos dos hijos, de 8 y 11"},
		{"what one likes besides", safety.IPV, "my wife slaps me when she drinks. We enjoy the beach though", "I love it when he slaps me in bed"},
		{"what one likes besides", safety.IPV, "mi novio me pega cuando toma, nos encanta viajar", "me encanta que me pegue"},
		{"a role one leaves", safety.Crisis, "quiero dejar de ser, quiero morirme", "quiero dejar de ser su sumisa"},
		{"who did it", safety.IPV, "me pegó en la fiesta", "me fue bien en la fiesta"},
		{"a child's danger", safety.Child, "the grandmother's fists are the problem: my stepson, seven, has a perforated eardrum and lies about it", "my stepson, seven, had grommets in his ear"},
		{"what one gives away", safety.Crisis, "I gave away my dog and closed my accounts.", "I gave my dog a bath and closed the door."},
		{"a plan by its name", safety.Crisis, "I plan on being six feet under before Christmas", "I plan on being home before Christmas"},
		{"the law", safety.Child, "My boyfriend abuses my child", "What are you required to report if a client mentions child abuse?"},
	} {
		t.Run(tt.kind, func(t *testing.T) {
			if got := class(r, tt.loud); got != tt.class {
				t.Errorf("%q: got %s, want %s", tt.loud, got, tt.class)
			}
			if got := class(r, tt.quiet); got.Alarm() {
				t.Errorf("%q: got %s, want no alarm: %v", tt.quiet, got, r.Screen(tt.quiet)[0].Rule)
			}
		})
	}
}

// TestSpelling: the same words, as phones and people write them.
func TestSpelling(t *testing.T) {
	r := rules(t)
	for _, text := range []string{
		"I WANT TO KILL MYSELF", "i want to killl myseeeelf", "i want to k1ll mys3lf", "i want to k!ll myself", "i want to k*ll myself",
		"s u i c i d e", "s.u.i.c.i.d.e", "s-u-i-c-i-d-e", "suicde", "su1c1d3", "#suicidal", "#IWantToDie", "#wanttodie",
		"I want to k\u200bill my\u00adself", "𝐈 𝐰𝐚𝐧𝐭 𝐭𝐨 𝐝𝐢𝐞", "ｉ ｗａｎｔ ｔｏ ｄｉｅ", "i want to dіе", "i dont want to live", "i don’t want to live", "I w a n t t o d i e",
		"QUIERO MORIR", "quiero morirrrr", "kiero morirme", "me quiero m4tar", "ya no kiero bibir", "no quiero vivir mas", "suisidio", "zuicidio",
		"quiero suicidarme", "me kiero suisidar", "#mequieromorir", "vos sabés que me quiero matar", "Quie\u0301ro morir",
		"I have the pills 💊 in my hand and I want to die 💔",
	} {
		if got := class(r, text); got != safety.Crisis {
			t.Errorf("%q: got %s, want crisis", text, got)
		}
	}
}

// TestFinding: what is found says which rule, which words and where, and
// keeps the words out of every log.
func TestFinding(t *testing.T) {
	text := "Hola… mi novia sabe que I want to die. And he hits me."
	found := rules(t).Screen(text)
	if len(found) < 2 || found[0].Class != safety.Crisis || !slices.ContainsFunc(found, func(f safety.Finding) bool { return f.Class == safety.IPV }) {
		t.Fatalf("got %d findings, want a crisis and then ipv", len(found))
	}
	w := found[0].Words
	if got := text[w.Start:w.End]; got != w.Text() || got != "want to die" {
		t.Errorf("got %q and %q, want the words as they stand", got, w.Text())
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("found", "words", w, "finding", found[0])
	for _, printed := range []string{fmt.Sprintf("%v %+v %#v %s %q %d", w, w, w, w, w, w), fmt.Sprintf("%+v", found), log.String()} {
		if strings.Contains(printed, "want to") || !strings.Contains(printed, "[redacted]") {
			t.Errorf("the words are printed: %s", printed)
		}
	}
}

// TestLongText: ten megabytes end, and what stands anywhere in them is found,
// across the seams of the windows too.
func TestLongText(t *testing.T) {
	r := rules(t)
	filler := strings.Repeat("la casa está lejos and we walk. ", 10<<20/33)
	start := time.Now()
	if got := class(r, filler+"I want to kill myself"); got != safety.Crisis {
		t.Errorf("at the end of a long text: got %s, want crisis", got)
	}
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("ten megabytes took %v", took)
	}
	for at := 16<<10 - 40; at < 16<<10+40; at++ {
		text := filler[:at] + ". I want to kill myself. " + filler[:3000]
		found := r.Screen(text)
		if len(found) == 0 || found[0].Words.Text() != text[found[0].Words.Start:found[0].Words.End] || found[0].Words.Start < at {
			t.Fatalf("at byte %d the words are lost or misplaced", at)
		}
	}
}

// TestHostile: texts made to be slow are not.
func TestHostile(t *testing.T) {
	r := rules(t)
	for name, piece := range map[string]string{
		"letters": "a ", "negations": "not ", "one letter": "a", "tags": "#iwanttodie ", "tag": "#abcdefghijabcdefghijabcdefghijabcdefghij ",
		"wants": "i want to kill hurt stab ", "stars": "s*x* ", "accents": "é\u0301", "emoji": "🔪", "digits": "4 hours ", "stops": ".!?", "bytes": "\xff\xfe", "chinese": "我",
	} {
		start := time.Now()
		r.Screen(strings.Repeat(piece, 1<<20/len(piece)))
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s: a megabyte took %v", name, took)
		}
	}
}

func TestOrder(t *testing.T) {
	var got []safety.Class
	for _, f := range rules(t).Screen("Send nudes. He hits me. My husband molests my daughter. I want to die. I bleed after sex. My erection lasts six hours. There is bondage.") {
		if len(got) == 0 || got[len(got)-1] != f.Class {
			got = append(got, f.Class)
		}
	}
	if diff := cmp.Diff(got, safety.Classes()[:len(safety.Classes())-1]); diff != "" {
		t.Errorf("got - want +\n%s", diff)
	}
}

// FuzzScreen: any bytes are screened, and what is found lies inside them.
func FuzzScreen(f *testing.F) {
	f.Add("I don't want to d i e 🔪 #killme su1c*de")
	f.Add("me muero de vergüenza \xff\u200b ¿no?")
	f.Fuzz(func(t *testing.T, text string) {
		for _, found := range rules(t).Screen(text) {
			w := found.Words
			if w.Start < 0 || w.End > len(text) || w.Start >= w.End || w.Text() != text[w.Start:w.End] {
				t.Errorf("words from %d to %d of %d bytes", w.Start, w.End, len(text))
			}
		}
	})
}
