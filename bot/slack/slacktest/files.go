package fakeslack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// File lies in the workspace. It can be shown in a block once it is uploaded,
// completed, and looked at.
type File struct {
	ID, Name, User string
	Data           []byte
	Shared         []string // channels
	Done           bool     // completed
	unseen         int      // times that files.info still says nothing of what it is
	length         int
}

// Files are what lies in the workspace, oldest first.
func (s *Server) Files() []File {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []File
	for _, f := range s.files {
		out = append(out, *f)
	}
	return out
}

// PutFile leaves a file of somebody's in the workspace, and returns its id.
func (s *Server) PutFile(user, name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := &File{ID: s.id("F"), Name: name, User: user, Done: true}
	s.files = append(s.files, f)
	return f.ID
}

func (s *Server) file(id string) *File {
	if i := slices.IndexFunc(s.files, func(f *File) bool { return f.ID == id }); i >= 0 {
		return s.files[i]
	}
	return nil
}

// fileCall runs one of the methods files.*. Called with mu held.
func (s *Server) fileCall(method string, args map[string]any) (map[string]any, *apiError) {
	f := s.file(str(args, "file"))
	switch method {
	case "files.getUploadURLExternal":
		n, err := strconv.Atoi(str(args, "length"))
		if err != nil || n < 1 || str(args, "filename") == "" {
			return nil, fail("invalid_arguments")
		}
		f = &File{ID: s.id("F"), Name: str(args, "filename"), User: Bot, length: n, unseen: s.opt.FileUnseen}
		s.files = append(s.files, f)
		return map[string]any{"upload_url": s.http.URL + "/upload/" + f.ID, "file_id": f.ID}, nil
	case "files.completeUploadExternal":
		var all []struct{ ID string }
		if json.Unmarshal([]byte(str(args, "files")), &all) != nil || len(all) == 0 {
			return nil, fail("invalid_arguments")
		}
		done := []any{}
		for _, one := range all {
			f := s.file(one.ID)
			if f == nil || len(f.Data) == 0 {
				return nil, fail("file_not_found")
			}
			f.Done = true
			if c := str(args, "channel_id"); c != "" {
				f.Shared = append(f.Shared, c)
			}
			done = append(done, f.wire())
		}
		return map[string]any{"files": done}, nil
	case "files.info":
		if f == nil || !f.Done {
			return nil, fail("file_not_found")
		}
		f.unseen--
		return map[string]any{"file": f.wire()}, nil
	case "files.list":
		all := []any{}
		for _, f := range s.files {
			if u := str(args, "user"); f.Done && (u == "" || u == f.User) {
				all = append(all, f.wire())
			}
		}
		return map[string]any{"files": all, "paging": map[string]any{"count": len(all), "total": len(all), "page": 1, "pages": 1}}, nil
	case "files.delete":
		switch {
		case f == nil || !f.Done:
			return nil, fail("file_not_found")
		case f.User != Bot:
			return nil, fail("cant_delete_file")
		}
		s.files = slices.DeleteFunc(s.files, func(x *File) bool { return x == f })
		s.touch()
		return map[string]any{}, nil
	}
	return nil, fail("unknown_method")
}

func (f *File) wire() map[string]any {
	w := map[string]any{"id": f.ID, "name": f.Name, "user": f.User, "size": len(f.Data), "mimetype": "", "is_public": false}
	if f.unseen < 0 {
		w["mimetype"] = "image/png"
	}
	return w
}

// serveUpload takes the bytes of a file, as a form of several parts.
func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request) {
	part, _, err := r.FormFile("file")
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	data, err := io.ReadAll(io.LimitReader(part, maxBody))
	s.mu.Lock()
	f := s.file(r.PathValue("id"))
	ok := err == nil && f != nil && len(data) == f.length && bytes.HasPrefix(data, []byte("\x89PNG"))
	if ok {
		f.Data = data
	}
	s.touch()
	s.mu.Unlock()
	if !ok {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	fmt.Fprintf(w, "OK - %d", len(data))
}

// pictures says what is wrong with the files that blocks show. Called with mu held.
func (s *Server) pictures(blocks []Block) (problems []string) {
	for i, b := range blocks {
		of, ok := b["slack_file"].(map[string]any)
		if !ok {
			continue
		}
		if f := s.file(str(of, "id")); f == nil || f.unseen >= 0 || !strings.HasSuffix(f.Name, ".png") {
			problems = append(problems, fmt.Sprintf("invalid slack file [json-pointer:/blocks/%d/slack_file]", i))
		}
	}
	return problems
}
