package dialogs_test

import (
	"testing"

	"anteroom/dialogs"
)

// Numbers of any length have the digits of their language.
func TestNumeral(t *testing.T) {
	for _, tt := range []struct {
		lang string
		n    int
		want string
	}{
		{"en", 0, "0"}, {"en", 999, "999"}, {"en", 1200, "1,200"}, {"en", -5, "-5"},
		{"es-usted", 7, "7"}, {"es-usted", 1200, "1.200"},
		{"fa", 999, "۹۹۹"}, {"fa", 1000, "۱٬۰۰۰"},
		{"", 60, "60"}, {"nonsense!", 60, "60"},
	} {
		if got := dialogs.Numeral(tt.lang, tt.n); got != tt.want {
			t.Errorf("%s %d: got %q, want %q", tt.lang, tt.n, got, tt.want)
		}
	}
}
