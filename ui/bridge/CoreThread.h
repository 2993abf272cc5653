// The thread on which the app's networking runs: one Asio loop, joined on destruction.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>

namespace berth::ui {

class CoreThread {
 public:
  CoreThread();
  ~CoreThread();
  CoreThread(const CoreThread&) = delete;
  CoreThread& operator=(const CoreThread&) = delete;

  boost::asio::any_io_executor executor() { return m_io.get_executor(); }

 private:
  boost::asio::io_context m_io;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> m_work;
  std::jthread m_thread;
};

}  // namespace berth::ui
