package main

import (
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// slots is what one goroutine counted; it belongs to one goroutine at a time.
type slots struct {
	count []int64
	sum   []int64
	bytes int64
}

// tally is what one pass saw, and its two moments: first record at the handler, last record handled.
// Safe for concurrent use. Whoever sees the full total sees all slots, because each goroutine adds to
// the total after it has counted.
type tally struct {
	topic    *topicRange
	created  time.Time
	total    atomic.Int64
	running  atomic.Bool
	over     chan struct{}
	mu       sync.Mutex // guards what follows
	all      []*slots
	first    time.Time
	firstCPU time.Duration
	last     time.Time
	lastCPU  time.Duration
}

func newTally(topic *topicRange) *tally {
	return &tally{topic: topic, created: time.Now(), over: make(chan struct{})}
}

func (t *tally) newSlots() *slots {
	partitions := len(t.topic.begin)
	s := &slots{count: make([]int64, partitions), sum: make([]int64, partitions)}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all = append(t.all, s)
	return s
}

// started is to be called when records reach a handler, before they are counted.
func (t *tally) started() {
	if t.running.Load() {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.first.IsZero() {
		t.first, t.firstCPU = time.Now(), processCPU()
		t.running.Store(true)
	}
}

// handled is to be called when n records have been handled, after they were counted.
func (t *tally) handled(n int64) {
	if t.total.Add(n) >= t.topic.records() {
		t.stop()
	}
}

// stop ends the pass, for one that has run out of time as well.
func (t *tally) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last.IsZero() {
		t.lastCPU, t.last = processCPU(), time.Now()
		close(t.over)
	}
}

func (t *tally) isOver() bool {
	select {
	case <-t.over:
		return true
	default:
		return false
	}
}

// bytes is 0 for an unfinished pass: its slots are still being written.
func (t *tally) bytes() int64 {
	var sum int64
	if t.total.Load() >= t.topic.records() {
		t.mu.Lock()
		defer t.mu.Unlock()
		for _, s := range t.all {
			sum += s.bytes
		}
	}
	return sum
}

// sawAll tells whether each record of each partition was counted, and none twice.
func (t *tally) sawAll() bool {
	if t.total.Load() != t.topic.records() {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for p := range t.topic.begin {
		var count, sum int64
		for _, s := range t.all {
			count += s.count[p]
			sum += s.sum[p]
		}
		if count != t.topic.count(p) || sum != t.topic.offsetSum(p) {
			return false
		}
	}
	return true
}

func processCPU() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
