package main

import (
	"io/fs"
	"slices"

	"go.yaml.in/yaml/v4"
)

// spoken is content without the translations that the practice does not offer.
type spoken struct {
	fs.FS
	languages []string
}

// inLanguages leaves out translations that practice.yaml does not name under
// chat_languages. A practice that names none offers all; what is wrong with the
// file is told when it is read.
func inLanguages(files fs.FS) fs.FS {
	data, err := fs.ReadFile(files, "practice.yaml")
	if err != nil {
		return files
	}
	var p struct {
		ChatLanguages []string `yaml:"chat_languages"`
	}
	if yaml.Load(data, &p) != nil || len(p.ChatLanguages) == 0 {
		return files
	}
	return spoken{files, p.ChatLanguages}
}

// ReadDir leaves the folders of other languages out.
func (s spoken) ReadDir(name string) ([]fs.DirEntry, error) {
	all, err := fs.ReadDir(s.FS, name)
	if name == "translations" {
		all = slices.DeleteFunc(all, func(e fs.DirEntry) bool { return !slices.Contains(s.languages, e.Name()) })
	}
	return all, err
}
