#pragma once

#include "base/message_source.h"
#include "partition/admitted_batch.h"

#include <memory>
#include <vector>

namespace strandline::detail {

/// Recycles batches, so that admission allocates nothing at steady state, and gives their messages
/// back to the client. Poller thread only.
class BatchPool {
 public:
  explicit BatchPool(MessageSource& messages) noexcept : messages_(messages) {}
  BatchPool(const BatchPool&) = delete;
  BatchPool& operator=(const BatchPool&) = delete;

  [[nodiscard]] AdmittedBatch& take() {
    if (free_.empty()) {
      all_.push_back(std::make_unique<AdmittedBatch>());
      return *all_.back();
    }
    AdmittedBatch* batch = free_.back();
    free_.pop_back();
    return *batch;
  }

  /// Releases the messages and takes the batch back. Nobody may refer to it any more.
  void give_back(AdmittedBatch& batch) {
    messages_.release(batch.records.messages.data(), batch.records.messages.size());
    batch.records.clear();
    batch.index_by_position.clear();
    batch.tokens.clear();
    batch.partition = nullptr;
    batch.unfinished = 0;
    batch.holders = 0;
    free_.push_back(&batch);
  }

  [[nodiscard]] MessageSource& messages() const noexcept { return messages_; }
  /// Batches that are not free: what pins client memory.
  [[nodiscard]] std::size_t live() const noexcept { return all_.size() - free_.size(); }

 private:
  MessageSource& messages_;
  std::vector<std::unique_ptr<AdmittedBatch>> all_;
  std::vector<AdmittedBatch*> free_;
};

}  // namespace strandline::detail
