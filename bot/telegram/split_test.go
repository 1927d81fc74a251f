package telegram_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"anteroom/bot/telegram"
)

// letters are what a reader sees as one letter each.
var letters = map[string]string{
	"latin":             "a",
	"combining":         "e\u0301\u0323",
	"emoji":             "😀",
	"family":            "👨‍👩‍👧‍👦",
	"skin tone":         "👍🏽",
	"rainbow flag":      "🏳️‍🌈",
	"flag":              "🇩🇪",
	"flag of Scotland":  "\U0001F3F4\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F",
	"keycap":            "7️⃣",
	"Hangul syllable":   "각",
	"Hangul jamo":       "\u1112\u1161\u11ab",
	"Hangul mixed":      "\u1100가\u11a8",
	"Devanagari":        "क्षि",
	"Devanagari joiner": "क्\u200dष",
	"Tamil":             "நி",
	"Thai":              "กำ",
	"Arabic number":     "\u0600١",
	"Arabic vowels":     "بِّ",
	"line end":          "\r\n",
	"zwnj":              "می\u200c",
	"halfwidth voiced":  "ｶﾞ",
}

func TestLetter(t *testing.T) {
	for name, l := range letters {
		t.Run(name, func(t *testing.T) {
			want := l
			if name == "zwnj" {
				want = "م"
			}
			for _, after := range []string{"", "a", "😀", "\n", "日"} {
				if got := (want + l + after)[:telegram.Letter(want+l+after)]; got != want && name != "zwnj" {
					t.Errorf("before %q: got %+q, want %+q", after, got, want)
				}
				if got := telegram.Letter(l + after); name != "zwnj" && got != len(l) {
					t.Errorf("%+q before %q: got %d bytes, want %d", l, after, got, len(l))
				}
			}
		})
	}
	if got := telegram.Letter("ی\u200cخ"); got != len("ی\u200c") {
		t.Errorf("got %d bytes, want the non-joiner to stay with the letter before", got)
	}
	if got := telegram.Letter("🇩🇪🇫🇷"); got != len("🇩🇪") {
		t.Errorf("got %d bytes, want one flag", got)
	}
}

func TestSplit(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		limit      int
		want       []string
	}{
		{"empty", "", 10, []string{""}},
		{"fits", "0123456789", 10, []string{"0123456789"}},
		{"paragraph before sentence", "One two.\n\nThree. Four five six", 20, []string{"One two.\n\n", "Three. Four five six"}},
		{"paragraph before later line", "0123456789\n\n012\n456789", 20, []string{"0123456789\n\n", "012\n456789"}},
		{"line", "0123456789\n0123 567890", 20, []string{"0123456789\n", "0123 567890"}},
		{"sentence", "0123456789. 123 567890", 20, []string{"0123456789. ", "123 567890"}},
		{"CJK sentence", "一二三四五六七八九十。一二三四五六七八九十", 20, []string{"一二三四五六七八九十。", "一二三四五六七八九十"}},
		{"word", "01234 6789 123 567890", 20, []string{"01234 6789 123 ", "567890"}},
		{"early paragraph is better than a torn word", "01\n\n" + strings.Repeat("x", 18), 20, []string{"01\n\n", strings.Repeat("x", 18)}},
		{"later word is better than an early paragraph", "01\n\n4567 90123 567890123", 20, []string{"01\n\n4567 90123 ", "567890123"}},
		{"one long word", strings.Repeat("x", 25), 10, []string{strings.Repeat("x", 10), strings.Repeat("x", 10), "xxxxx"}},
		{"units, not runes", strings.Repeat("😀", 6), 10, []string{strings.Repeat("😀", 5), "😀"}},
		{"odd limit", strings.Repeat("😀", 6), 9, []string{strings.Repeat("😀", 4), "😀😀"}},
		{"family is whole", "12345👨‍👩‍👧‍👦", 12, []string{"12345", "👨‍👩‍👧‍👦"}},
		{"flags are whole", "🇩🇪🇫🇷🇮🇹", 10, []string{"🇩🇪🇫🇷", "🇮🇹"}},
		{"a letter that is too long", "e" + strings.Repeat("\u0301", 25), 10, []string{"e" + strings.Repeat("\u0301", 9), strings.Repeat("\u0301", 10), strings.Repeat("\u0301", 6)}},
		{"right to left", "مرحبا بالعالم. كيف حالك", 16, []string{"مرحبا بالعالم. ", "كيف حالك"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, telegram.Split(tc.text, tc.limit)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCut(t *testing.T) {
	for _, tc := range []struct {
		text  string
		limit int
		want  string
	}{
		{"Not now", 7, "Not now"},
		{"Not now!", 7, "Not no…"},
		{"Yes, or no", 6, "Yes,…"},
		{"👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 12, "👨‍👩‍👧‍👦…"},
		{"👨‍👩‍👧‍👦", 5, "…"},
		{"", 5, ""},
	} {
		if got := telegram.Cut(tc.text, tc.limit); got != tc.want {
			t.Errorf("Cut(%q, %d): got %q, want %q", tc.text, tc.limit, got, tc.want)
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add(strings.Join(slices.Collect(maps.Values(letters)), ""), uint16(7))
	f.Add("One two.\n\nThree. Four five six", uint16(9))
	f.Add("e"+strings.Repeat("\u0301", 25)+" \r\n x", uint16(0))
	f.Fuzz(func(t *testing.T, text string, n uint16) {
		limit := 2 + int(n)%4095
		parts := telegram.Split(text, limit)
		if strings.Join(parts, "") != text {
			t.Fatalf("the parts are not the text: %+q", parts)
		}
		whole := ends(text)
		at := 0
		for _, p := range parts {
			if telegram.Length(p) > limit {
				t.Fatalf("a part has %d units, limit %d", telegram.Length(p), limit)
			}
			if p == "" && text != "" {
				t.Fatal("an empty part")
			}
			before := at
			if at += len(p); at == len(text) {
				continue
			}
			if i, ok := slices.BinarySearch(whole, at); !ok {
				begin := 0
				if i > 0 {
					begin = whole[i-1]
				}
				if telegram.Length(text[begin:whole[i]]) <= limit {
					t.Fatalf("a letter is broken: %+q", text[begin:whole[i]])
				}
				if !utf8.RuneStart(text[at]) && utf8.ValidString(text) {
					t.Fatalf("a rune is broken after byte %d", before)
				}
			}
		}
	})
}

// ends are the places after each letter.
func ends(text string) []int {
	var list []int
	for at := 0; at < len(text); {
		at += telegram.Letter(text[at:])
		list = append(list, at)
	}
	return list
}

func BenchmarkSplit(b *testing.B) {
	text := strings.Repeat("A sentence about something. ", 500)
	for b.Loop() {
		telegram.Split(text, 4096)
	}
}
