package dialogs

import (
	"iter"
	"strings"

	"anteroom/dialogs/script"
)

// Facts is what a walk knows, for reading. The zero Facts knows nothing.
type Facts struct {
	dialog *script.Dialog
	values []script.Value
	params map[string]string
	host   Host
	lang   string
}

func (f Facts) value(name string) (*script.Fact, script.Value) {
	if f.dialog == nil {
		return nil, script.Value{}
	}
	decl, ok := f.dialog.Fact(name)
	if !ok {
		return nil, script.Value{}
	}
	return decl, f.values[decl.Slot]
}

// Has reports whether the fact is known.
func (f Facts) Has(name string) bool {
	_, v := f.value(name)
	return v.Set
}

// Text is the fact's canonical value, empty when it is not known.
func (f Facts) Text(name string) string {
	_, v := f.value(name)
	return v.Text
}

// List is the ids that a several holds, or the one id of a choice.
func (f Facts) List(name string) []string {
	_, v := f.value(name)
	if !v.Set {
		return nil
	}
	return strings.Split(v.Text, ",")
}

// Number is the value of a number, scale or money.
func (f Facts) Number(name string) (int, bool) {
	decl, v := f.value(name)
	if decl == nil || !v.Set || !decl.Type.Counts() {
		return 0, false
	}
	return v.Number, true
}

// Param is a parameter that the dialog was begun with.
func (f Facts) Param(name string) string { return f.params[name] }

// Label is the fact as the person reads it, in the language of the step:
// the labels of what was chosen, or the value.
func (f Facts) Label(name string) string {
	decl, v := f.value(name)
	if decl == nil || !v.Set {
		return ""
	}
	return label(f, decl, v)
}

// All is what the walk set: each fact's declaration and canonical value, in
// the order of their declaration.
func (f Facts) All() iter.Seq2[*script.Fact, string] {
	return func(yield func(*script.Fact, string) bool) {
		for slot, v := range f.values {
			if v.Set && !yield(f.dialog.Facts[slot], v.Text) {
				return
			}
		}
	}
}
