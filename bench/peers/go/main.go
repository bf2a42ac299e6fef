// Command peers runs one franz-go arm of the bench over a pre-filled topic and prints one JSON line.
// Exit codes: 0, 1 not all seen, 2 usage, 77 skipped.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"time"
)

const (
	notAllSeen = 1
	usage      = 2
	skipped    = 77
)

type line struct {
	Arm              string         `json:"arm"`
	Order            string         `json:"order"`
	Handler          string         `json:"handler"`
	Mode             string         `json:"mode"`
	WorkMicros       int64          `json:"work_us"`
	Concurrency      int            `json:"concurrency"`
	Records          int64          `json:"records"`
	Bytes            int64          `json:"bytes"`
	Seconds          float64        `json:"seconds"`
	RecordsPerSecond *float64       `json:"records_per_second"`
	CPUPerRecord     *float64       `json:"cpu_ns_per_record"`
	SawAll           bool           `json:"saw_all"`
	StartupMillis    float64        `json:"startup_ms"`
	Allocator        string         `json:"allocator"`
	ClientVersion    string         `json:"client_version"`
	Settings         map[string]any `json:"settings"`
	Threads          []struct{}     `json:"threads"`
}

func main() {
	os.Exit(run(os.Args[1:]))
}

func run(arguments []string) int {
	if len(arguments) == 0 || arms[arguments[0]] == nil {
		fmt.Fprintln(os.Stderr, "error: usage: run_arm.sh franz_poll|franz_goroutines --bootstrap-servers ...")
		return usage
	}
	name := arguments[0]
	o, err := parse(arguments[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		return usage
	}
	if name == "franz_poll" && o.concurrency > 1 {
		printLine(map[string]string{"arm": name, "skipped": "the poll loop handles records in one goroutine"})
		return skipped
	}
	debug.SetGCPercent(o.number("gogc", 100))
	deadline := time.After(time.Duration(o.timeoutSecs) * time.Second)
	topic, err := findTopic(context.Background(), o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		return usage
	}
	for pass := 1; ; pass++ {
		t := newTally(topic)
		if err := runPass(o, name, t, deadline); err != nil {
			fmt.Fprintln(os.Stderr, "error:", err)
			t.stop()
			printLine(report(o, name, t))
			return notAllSeen
		}
		if sawAll := t.sawAll(); pass == o.passes || !sawAll {
			printLine(report(o, name, t))
			if sawAll {
				return 0
			}
			return notAllSeen
		}
	}
}

// runPass ends at the deadline wherever the arm is, since a blocked arm cannot be asked to stop.
func runPass(o *options, name string, t *tally, deadline <-chan time.Time) error {
	h := &handler{tally: t, work: time.Duration(o.workMicros) * time.Microsecond, pools: o.text("pools", "off") == "on"}
	ended := make(chan error, 1)
	go func() { ended <- consume(o, arms[name], h) }()
	select {
	case err := <-ended:
		return err
	case <-deadline:
		return fmt.Errorf("%d records within --timeout-s", t.total.Load())
	}
}

func report(o *options, name string, t *tally) *line {
	settings := map[string]any{
		"commit": "AutoCommitInterval 5s (default), of the previous poll", "crc": "on", "pools": "off",
		"gogc": 100, "sleep": "time.Sleep: holds a goroutine, no thread", "passes": o.passes,
		"gomaxprocs": runtime.GOMAXPROCS(0), "go": runtime.Version(),
	}
	for key, value := range o.extra {
		settings[key] = value
	}
	l := &line{
		Arm: name, Order: o.order, Handler: o.handler, Mode: o.mode, WorkMicros: o.workMicros,
		Concurrency: o.concurrency, Records: t.total.Load(), Bytes: t.bytes(), SawAll: t.sawAll(),
		Allocator: "go", ClientVersion: "franz-go " + franzVersion(), Settings: settings, Threads: []struct{}{},
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.first.IsZero() && l.Records > 0 {
		l.Seconds = t.last.Sub(t.first).Seconds()
		rate := float64(l.Records) / l.Seconds
		cpu := float64(t.lastCPU-t.firstCPU) / float64(l.Records)
		l.RecordsPerSecond, l.CPUPerRecord = &rate, &cpu
		l.StartupMillis = float64(t.first.Sub(t.created).Microseconds()) / 1e3
	}
	return l
}

func franzVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if module.Path == "github.com/twmb/franz-go" {
				return module.Version
			}
		}
	}
	return "unknown"
}

func printLine(value any) {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
}
