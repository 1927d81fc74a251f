package seal

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[redacted]"

// Format prints [redacted], whatever the verb.
func (Root) Format(s fmt.State, _ rune) { io.WriteString(s, redacted) }

// Format prints [redacted], whatever the verb.
func (ClientKey) Format(s fmt.State, _ rune) { io.WriteString(s, redacted) }

// Format prints [redacted], whatever the verb.
func (*Cipher) Format(s fmt.State, _ rune) { io.WriteString(s, redacted) }

// LogValue logs [redacted].
func (Root) LogValue() slog.Value { return slog.StringValue(redacted) }

// LogValue logs [redacted].
func (ClientKey) LogValue() slog.Value { return slog.StringValue(redacted) }

// LogValue logs [redacted].
func (*Cipher) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText refuses: a client key leaves the process wrapped, by a [Vault], or not at all.
func (ClientKey) MarshalText() ([]byte, error) { return nil, errMarshal() }

// MarshalBinary refuses, as MarshalText does.
func (ClientKey) MarshalBinary() ([]byte, error) { return nil, errMarshal() }

func errMarshal() error { return errors.New("a client key is not marshalled; wrap it") }
