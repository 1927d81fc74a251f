package main

import (
	"maps"
	"slices"
	"strings"
	"testing/fstest"

	"go.yaml.in/yaml/v4"
)

// inLanguages leaves out translations that practice.yaml does not name under
// chat_languages. A practice that names none offers all; what is wrong with the
// file is told when it is read.
func inLanguages(files fstest.MapFS) fstest.MapFS {
	own, ok := files["practice.yaml"]
	if !ok {
		return files
	}
	var p struct {
		ChatLanguages []string `yaml:"chat_languages"`
	}
	if yaml.Load(own.Data, &p) != nil || len(p.ChatLanguages) == 0 {
		return files
	}
	maps.DeleteFunc(files, func(name string, _ *fstest.MapFile) bool {
		rest, ok := strings.CutPrefix(name, "translations/")
		lang, _, _ := strings.Cut(rest, "/")
		return ok && !slices.Contains(p.ChatLanguages, lang)
	})
	return files
}
