#pragma once

namespace strandline::detail {

/// Something a worker does. Owned by whoever submits it, who must keep it alive until `run` has
/// returned or the pool has given it back unstarted; `run` may end by handing the job itself to its
/// owner.
class Job {
 public:
  /// On a worker thread, once per submission. Nothing may be thrown through it: there is nobody
  /// behind a worker who could handle it.
  virtual void run() noexcept = 0;

 protected:
  ~Job() = default;
};

}  // namespace strandline::detail
