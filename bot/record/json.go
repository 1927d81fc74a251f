package record

import (
	"encoding/json"
	"fmt"
)

// JSON writes the record in our own form, all of it.
func JSON(r Record) ([]byte, error) {
	out := struct {
		Form int `json:"anteroom-record"`
		Record
	}{Version, r.cleaned()}
	return indented("json", out)
}

func indented(form string, v any) ([]byte, error) {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write record as %s: %w", form, err)
	}
	return append(b, '\n'), nil
}
