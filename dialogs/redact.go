package dialogs

import (
	"fmt"
	"log/slog"
)

// What a person told, in any of these, is kept out of every log and out of
// whatever is printed.
const redacted = "[redacted]"

func (Entry) LogValue() slog.Value  { return slog.StringValue(redacted) }
func (Run) LogValue() slog.Value    { return slog.StringValue(redacted) }
func (Facts) LogValue() slog.Value  { return slog.StringValue(redacted) }
func (Turn) LogValue() slog.Value   { return slog.StringValue(redacted) }
func (Words) LogValue() slog.Value  { return slog.StringValue(redacted) }
func (Press) LogValue() slog.Value  { return slog.StringValue(redacted) }
func (Result) LogValue() slog.Value { return slog.StringValue(redacted) }
func (Say) LogValue() slog.Value    { return slog.StringValue(redacted) }
func (Ask) LogValue() slog.Value    { return slog.StringValue(redacted) }

func (Entry) Format(s fmt.State, _ rune)  { fmt.Fprint(s, redacted) }
func (Run) Format(s fmt.State, _ rune)    { fmt.Fprint(s, redacted) }
func (Facts) Format(s fmt.State, _ rune)  { fmt.Fprint(s, redacted) }
func (Turn) Format(s fmt.State, _ rune)   { fmt.Fprint(s, redacted) }
func (Words) Format(s fmt.State, _ rune)  { fmt.Fprint(s, redacted) }
func (Press) Format(s fmt.State, _ rune)  { fmt.Fprint(s, redacted) }
func (Result) Format(s fmt.State, _ rune) { fmt.Fprint(s, redacted) }
func (Say) Format(s fmt.State, _ rune)    { fmt.Fprint(s, redacted) }
func (Ask) Format(s fmt.State, _ rune)    { fmt.Fprint(s, redacted) }
