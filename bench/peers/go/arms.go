package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"hash/maphash"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"
)

// What franz-go's own example of a goroutine per partition uses.
const channelDepth = 10

var seed = maphash.MakeSeed()

// dispatch takes one partition's share of a poll. Called by the polling goroutine alone.
type dispatch func(p kgo.FetchPartition)

// arm starts what handles the records; its goroutines end when done is closed.
type arm func(o *options, h *handler, done <-chan struct{}) dispatch

var arms = map[string]arm{"franz_poll": pollArm, "franz_goroutines": goroutinesArm}

func newClient(o *options) (*kgo.Client, error) {
	opts := []kgo.Opt{
		kgo.SeedBrokers(strings.Split(o.bootstrap, ",")...),
		kgo.ConsumerGroup("bench-" + rand.Text()),
		kgo.ConsumeTopics(o.topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
	}
	if o.text("commit", "default") == "none" {
		opts = append(opts, kgo.DisableAutoCommit())
	}
	if o.text("crc", "on") == "off" {
		opts = append(opts, kgo.DisableFetchCRCValidation())
	}
	if o.text("pools", "off") == "on" {
		opts = append(opts, kgo.WithPools(&recordPools{}))
	}
	return kgo.NewClient(opts...)
}

// consume reads the topic once, from the first to the last record.
func consume(o *options, start arm, h *handler) error {
	client, err := newClient(o)
	if err != nil {
		return err
	}
	defer client.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		<-h.tally.over
		cancel()
	}()
	done := make(chan struct{})
	defer close(done)
	hand := start(o, h, done)
	for !h.tally.isOver() {
		fetches := client.PollRecords(ctx, o.number("max.poll.records", -1))
		for _, failed := range fetches.Errors() {
			if !errors.Is(failed.Err, context.Canceled) {
				return fmt.Errorf("topic %s, partition %d: %w", failed.Topic, failed.Partition, failed.Err)
			}
		}
		fetches.EachPartition(func(p kgo.FetchTopicPartition) {
			if len(p.Records) > 0 {
				h.tally.started()
				hand(p.FetchPartition)
			}
		})
	}
	return nil
}

// pollArm handles records in the polling goroutine.
func pollArm(o *options, h *handler, _ <-chan struct{}) dispatch {
	s := h.tally.newSlots()
	return func(p kgo.FetchPartition) { h.batch(s, p.Records) }
}

func goroutinesArm(o *options, h *handler, done <-chan struct{}) dispatch {
	switch o.order {
	case "partition":
		lanes := startLanes(o.partitions, h, done)
		return func(p kgo.FetchPartition) { lanes.send(int(p.Partition), p.Records) }
	case "key":
		lanes := startLanes(o.concurrency, h, done)
		return func(p kgo.FetchPartition) { lanes.sendByKey(p.Records) }
	default:
		return unordered(o, h)
	}
}

// lanes are goroutines that each handle what comes through their channel, in order.
type lanes struct {
	channels []chan []*kgo.Record
	done     <-chan struct{}
}

func startLanes(n int, h *handler, done <-chan struct{}) *lanes {
	l := &lanes{done: done}
	for range n {
		channel := make(chan []*kgo.Record, channelDepth)
		l.channels = append(l.channels, channel)
		s := h.tally.newSlots()
		go func() {
			for {
				select {
				case records := <-channel:
					h.batch(s, records)
				case <-done:
					return
				}
			}
		}()
	}
	return l
}

func (l *lanes) send(lane int, records []*kgo.Record) { l.channels[lane] <- records }

func (l *lanes) sendByKey(records []*kgo.Record) {
	split := make([][]*kgo.Record, len(l.channels))
	for _, r := range records {
		lane := maphash.Bytes(seed, r.Key) % uint64(len(split))
		split[lane] = append(split[lane], r)
	}
	for lane, part := range split {
		if len(part) > 0 {
			l.send(lane, part)
		}
	}
}

// unordered runs at most C goroutines: with work one for each record, without one for each batch.
func unordered(o *options, h *handler) dispatch {
	// The slots are the tokens of the semaphore, so that each is written by one goroutine at a time.
	free := make(chan *slots, o.concurrency)
	for range o.concurrency {
		free <- h.tally.newSlots()
	}
	run := func(records []*kgo.Record) {
		s := <-free
		go func() {
			h.batch(s, records)
			free <- s
		}()
	}
	return func(p kgo.FetchPartition) {
		if o.workMicros == 0 {
			run(p.Records)
			return
		}
		for i := range p.Records {
			run(p.Records[i : i+1])
		}
	}
}
