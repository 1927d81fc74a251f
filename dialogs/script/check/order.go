package check

import "math/rand/v2"

// scatter lets the next search begin anywhere.
func (s *sat) scatter(random *rand.Rand) {
	for v := range s.phase {
		s.phase[v] = random.IntN(2) == 0
	}
}

// rise notes that a variable had part in a conflict: those that did of late
// are decided first.
func (s *sat) rise(v int32) {
	if s.activity[v] += s.bump; s.activity[v] > 1e100 {
		for i := range s.activity {
			s.activity[i] *= 1e-100
		}
		s.bump *= 1e-100
	}
	if s.at[v] >= 0 {
		s.up(int(s.at[v]))
	}
}

func (s *sat) push(v int32) {
	s.at[v] = int32(len(s.heap))
	s.heap = append(s.heap, v)
	s.up(len(s.heap) - 1)
}

func (s *sat) up(i int) {
	v := s.heap[i]
	for i > 0 {
		parent := (i - 1) / 2
		if s.activity[s.heap[parent]] >= s.activity[v] {
			break
		}
		s.place(i, s.heap[parent])
		i = parent
	}
	s.place(i, v)
}

func (s *sat) pop() int32 {
	top, last := s.heap[0], s.heap[len(s.heap)-1]
	s.heap = s.heap[:len(s.heap)-1]
	s.at[top] = -1
	if len(s.heap) == 0 {
		return top
	}
	i := 0
	for {
		child := 2*i + 1
		if child >= len(s.heap) {
			break
		}
		if child+1 < len(s.heap) && s.activity[s.heap[child+1]] > s.activity[s.heap[child]] {
			child++
		}
		if s.activity[last] >= s.activity[s.heap[child]] {
			break
		}
		s.place(i, s.heap[child])
		i = child
	}
	s.place(i, last)
	return top
}

func (s *sat) place(i int, v int32) {
	s.heap[i] = v
	s.at[v] = int32(i)
}
